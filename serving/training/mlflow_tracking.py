"""Tells MLflow of a run, where MLFLOW_TRACKING_URI names a server or a database.

MLflow is told and never asked: everything stands in the run's plain files first (`runs`). What
MLflow can't take is said once, and the run goes on without it.
"""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from serving.training.runs import read_metrics

TRACKING_URI, EXPERIMENT = "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"
DEFAULT_EXPERIMENT = "dermis"
# In the run's folder: which run of MLflow's it is, so that what comes later joins it.
RUN_ID = "mlflow_run.txt"
# Of MLflow's client, where nobody has set them. Its own deadlines are two minutes, seven times
# over; and it would report its use to its makers.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT": "30",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
# What it takes in one call, and of a text.
_METRICS, _PARAMETERS, _TEXT = 1000, 100, 500
_SAID = 200
# Name and password in an address.
_SECRET = re.compile(r"//[^/@\s]*@")
# Everything that a metric may not be called by.
_NOT_IN_NAMES = re.compile(r"[^\w.\- /]")


class Tracking:
    """One run in MLflow, from entering to leaving; nothing happens where no address is set.

    Args:
        run: the run's folder.
        say: tells a person what MLflow did not take.
    """

    def __init__(self, run: Path, say: Callable[[str], None]) -> None:
        self._run = run
        self._say = say
        self._client: Any = None
        self._id = ""

    def __enter__(self) -> Self:
        if os.environ.get(TRACKING_URI):
            self._tell(self._open)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Ctrl-C is a run that is resumed later.
        ended = "FINISHED" if kind is None else "FAILED"
        if kind is not None and not issubclass(kind, Exception):
            ended = "KILLED"
        self._if_open(lambda: self._client.set_terminated(self._id, ended))

    def parameters(self, values: Mapping[str, object]) -> None:
        """How the run was made."""
        told = [(name, str(value)[:_TEXT]) for name, value in values.items()]
        self._if_open(lambda: self._log_parameters(told))

    def metrics(self, step: int, values: Mapping[str, float]) -> None:
        """Figures of a step; 0 for those of the finished run."""
        rows = [(step, name, value) for name, value in values.items()]
        self._if_open(lambda: self._log_metrics(rows))

    def version(self, version: str) -> None:
        """What the model is called that the run became; evaluated anew, it may become another."""
        self._if_open(lambda: self._client.set_tag(self._id, "version", version))

    def files(self, *paths: Path) -> None:
        """Files for people to read there. None that names a photo."""

        def send() -> None:
            for path in paths:
                self._client.log_artifact(self._id, str(path))

        self._if_open(send)

    def _open(self) -> None:
        """Find the run, or begin it with what the folder's plain files have of it."""
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        # Only here: it takes a second, and nobody needs it who has no tracking server.
        from mlflow import MlflowClient  # noqa: PLC0415  takes a second; see above

        client, kept = MlflowClient(), self._run / RUN_ID
        if kept.exists() and _has(client, found := kept.read_text().strip()):
            client.update_run(found, status="RUNNING")
            self._client, self._id = client, found
            return
        name = os.environ.get(EXPERIMENT) or DEFAULT_EXPERIMENT
        experiment = client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment else client.create_experiment(name)
        begun = client.create_run(number, run_name=self._run.resolve().name)
        self._client, self._id = client, begun.info.run_id
        kept.write_text(self._id)
        self._log_metrics(read_metrics(self._run))

    def _log_parameters(self, told: Sequence[tuple[str, str]]) -> None:
        from mlflow.entities import Param  # noqa: PLC0415  takes a second; see _open

        for start in range(0, len(told), _PARAMETERS):
            batch = [Param(*pair) for pair in told[start : start + _PARAMETERS]]
            self._client.log_batch(self._id, params=batch)

    def _log_metrics(self, rows: Sequence[tuple[int, str, float]]) -> None:
        from mlflow.entities import Metric  # noqa: PLC0415  takes a second; see _open

        now = time.time_ns() // 1_000_000
        told = [
            Metric(_NOT_IN_NAMES.sub("_", name), value, now, step) for step, name, value in rows
        ]
        for start in range(0, len(told), _METRICS):
            self._client.log_batch(self._id, metrics=told[start : start + _METRICS])

    def _if_open(self, call: Callable[[], None]) -> None:
        if self._client is not None:
            self._tell(call)

    def _tell(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  stores raise errors of SQLAlchemy, requests, the system
            self._client = None
            said = _SECRET.sub("//", str(error)).splitlines()[:1]
            self._say(
                f"MLflow was not told any more ({type(error).__name__}: {''.join(said)[:_SAID]}). "
                f"{self._run} holds everything."
            )


def _has(client: Any, run: str) -> bool:
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  takes a second; see _open

    try:
        client.get_run(run)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return False
        raise
    return True
