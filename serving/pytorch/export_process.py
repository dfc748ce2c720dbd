"""`python -m serving.pytorch.export_process`: `export` in a separate process that starts fast.

timm imports torch's compiler and a client for a model hub, and torchvision the compiler again: half
of an export's time, for code that it never calls.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any


@contextmanager
def without_compiler_and_hub() -> Iterator[None]:
    """Imports in this block find a compiler that does nothing, and no model hub."""
    compiler: Any = ModuleType("torch._dynamo")
    compiler.disable = lambda function, *_told, **_named: function
    utils: Any = ModuleType("torch._dynamo.utils")
    utils.is_compile_supported = lambda _device: False
    stand_ins = {
        "torch._dynamo": compiler,
        "torch._dynamo.utils": utils,
        # None makes an import fail, as if the package weren't installed.
        "huggingface_hub": None,
    }
    absent = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def main(archive: str, out: str) -> None:
    """Export into a new folder; complete when this returns."""
    # Versions that are serving have priority.
    os.nice(19)
    with without_compiler_and_hub():
        from serving.pytorch.export import export  # noqa: PLC0415  it imports timm
    export(Path(archive), Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Everything is written; shutting torch down cleanly would keep workers waiting for 0.7 s.
    os._exit(0)
