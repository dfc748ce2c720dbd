"""Python runs this at the start of TorchServe's workers (it lies first on their PYTHONPATH).

TorchServe's protocol imports torch only to recognise tensors among a handler's answers. Ours are
bytes, and most models run in ONNX Runtime, so torch is put off until somebody asks it for
something: a worker starts in a second instead of three, with an eighth of the memory.

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


class PutOff(ModuleType):
    """Stands for a module until it is first asked for an attribute."""

    def __getattr__(self, name: str) -> object:
        """The attribute of the real module, which is imported now if need be."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_at_low_priority(name: str) -> None:
    """Import a module in a thread of its own, since only root may raise a priority again."""

    def work() -> None:
        # Linux keeps a priority for each thread.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _LOWEST_PRIORITY)
        importlib.import_module(name)

    thread = Thread(target=work)
    thread.start()
    thread.join()


if any(argument.endswith(_WORKER) for argument in sys.orig_argv):
    _torch = PutOff("torch")
    _torch.__spec__ = importlib.util.find_spec("torch")
    sys.modules["torch"] = _torch
    import_at_low_priority(_HANDLER)
