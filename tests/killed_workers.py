"""A plugin of coverage: counts TorchServe's workers, which are killed and never write at exit."""

import sys
import time
from threading import Thread
from typing import Any

from coverage import Coverage

_WORKER = "model_service_worker.py"
_SECONDS = 1


def coverage_init(_registry: Any, _options: Any) -> None:
    """Called by coverage in each process that it counts."""
    if any(argument.endswith(_WORKER) for argument in sys.orig_argv):
        Thread(target=_keep_saving, daemon=True).start()


def _keep_saving() -> None:
    while True:
        time.sleep(_SECONDS)
        if counting := Coverage.current():
            counting.save()
