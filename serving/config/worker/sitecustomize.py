"""Python runs this when TorchServe's workers start (it is first on their PYTHONPATH).

TorchServe's protocol imports torch only to recognise tensors in a handler's answers. Ours are
bytes, and models run in ONNX Runtime, so torch need not be installed. Where it is, it is imported
when it is first used: a worker starts in one second instead of three, with an eighth of the memory.

What the handler needs is imported here, at low priority: workers of a new version start while
those of the live one answer.
"""

import importlib
import importlib.util
import os
import sys
from threading import Thread, get_native_id
from types import ModuleType

_WORKER = "model_service_worker.py"
_HANDLER = "serving.handler"
_LOWEST_PRIORITY = 19


class LazyModule(ModuleType):
    """Stands in for a module until one of its attributes is first used."""

    def __getattr__(self, name: str) -> object:
        """The attribute of the real module, which is imported now if necessary."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_at_low_priority(name: str) -> None:
    """Import a module in its own thread, since only root may raise a priority again."""

    def work() -> None:
        # Linux keeps one priority per thread.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _LOWEST_PRIORITY)
        importlib.import_module(name)

    thread = Thread(target=work)
    thread.start()
    thread.join()


if any(argument.endswith(_WORKER) for argument in sys.orig_argv):
    _torch = LazyModule("torch")
    _torch.__spec__ = importlib.util.find_spec("torch")
    sys.modules["torch"] = _torch
    import_at_low_priority(_HANDLER)
