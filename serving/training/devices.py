"""Which device a run computes on."""

import torch


def device_named(asked: str) -> str:
    """Cpu or cuda, of auto, cpu or cuda.

    Raises:
        ValueError: it is none of these, or there is none; the message says what to do.
    """
    if asked not in ("auto", "cpu", "cuda"):
        raise ValueError(f"--device is auto, cpu or cuda, not {asked}")
    if asked == "cuda" and not torch.cuda.is_available():
        raise ValueError("this PyTorch sees no CUDA device: use --device cpu, or install its build")
    return "cuda" if asked != "cpu" and torch.cuda.is_available() else "cpu"
