#!/usr/bin/env bash
# Pin every extra of pyproject.toml with hashes and without registry addresses: `make lock`.
set -euo pipefail
cd "$(dirname "$0")/.."

# torch and what only its CUDA build pulls in come from requirements/torch.txt.
outside=(torch torchvision triton cuda-bindings cuda-pathfinder cuda-toolkit
    nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13
    nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse nvidia-cusparselt-cu13
    nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx)

for extra in protos auth patient gateway serving serving-torch train local dev node docs; do
    echo "requirements/$extra.lock"
    uv pip compile pyproject.toml --quiet --extra "$extra" --python-version 3.11 \
        --constraint requirements/torch.txt --generate-hashes --no-emit-index-url --no-header \
        "${outside[@]/#/--no-emit-package=}" --output-file "requirements/$extra.lock" "$@"
done

for tools in deploy audit; do
    echo "requirements/$tools.lock"
    uv pip compile "requirements/$tools.in" --quiet --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --output-file "requirements/$tools.lock" "$@"
done
