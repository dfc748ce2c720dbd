"""MLflow is told of training and evaluation, and a run never depends on it."""

import json
import shlex
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from typer.testing import CliRunner

from serving.cli import app
from serving.tests import models_from_outside as outside
from serving.training.mlflow_tracking import RUN_ID, TRACKING_URI, Tracking
from serving.training.runs import note_metrics, read_metrics

TRAIN = shlex.split(
    "--arch resnet10t --size 64 --steps 12 --rate 6e-3 --batch 16 --averaging 0.5 "
    "--warm-up-steps 1 --evaluate-every 6"
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """An MLflow of this machine's, which commands are pointed to."""
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv(TRACKING_URI, uri)
    # Where its files would go otherwise: the current folder.
    monkeypatch.chdir(tmp_path)
    return MlflowClient(uri)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes calls and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://ada:secret@127.0.0.1:{listening.getsockname()[1]}"


def only_run(client: MlflowClient) -> Run:
    found = client.get_experiment_by_name("dermis")
    assert found is not None
    (run,) = client.search_runs([found.experiment_id])
    return run


@pytest.mark.timeout(300)
def test_training_and_evaluation_are_one_run_of_mlflow(store: MlflowClient, tmp_path: Path) -> None:
    data, out = outside.labelled_photos(tmp_path / "photos"), tmp_path / "first"
    for words in (
        ["train", "--data", data, "--out", out, *TRAIN],
        ["evaluate", "--data", data, "--run", out, "--version", "1.2.0", "--page", out / "card.md"],
    ):
        done = CliRunner().invoke(app, [*map(str, words)])
        assert done.exit_code == 0, done.output
    run = only_run(store)
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert run.data.params["architecture"] == "resnet10t"
    assert run.data.tags["version"] == "1.2.0"
    history = store.get_metric_history(run.info.run_id, "validation_auc")
    kept = [(step, value) for step, name, value in read_metrics(out) if name == "validation_auc"]
    assert [one.step for one in history] == [step for step, _ in kept] == [6, 12]
    assert [one.value for one in history] == pytest.approx([auc for _, auc in kept], rel=1e-5)
    card = json.loads((out / "model_card.json").read_text())
    held_out = card["evaluations"][-1]["metrics"]["auc"]["value"]
    assert run.data.metrics["all sources_ held out/auc"] == pytest.approx(held_out)
    files = {file.path for file in store.list_artifacts(run.info.run_id)}
    assert files == {"run.json", "model_card.json", "card.md"}


def test_a_run_that_mlflow_missed_is_told_from_its_plain_files(
    store: MlflowClient, tmp_path: Path, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with monkeypatch.context() as away:
        away.setenv(TRACKING_URI, silent)
        away.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        away.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        began = time.monotonic()
        with Tracking(tmp_path, said.append) as tracking:
            for step in (25, 50):
                note_metrics(tmp_path, step, {"loss": 1 / step})
                tracking.metrics(step, {"loss": 1 / step})
        assert time.monotonic() - began < 10
    # Once, however often it was told, and without the password.
    assert len(said) == 1
    assert "secret" not in said[0]
    assert not (tmp_path / RUN_ID).exists()
    with Tracking(tmp_path, said.append) as tracking:
        tracking.version("1.2.0")
    history = store.get_metric_history(only_run(store).info.run_id, "loss")
    assert [(one.step, one.value) for one in history] == [(25, 0.04), (50, 0.02)]
    assert len(said) == 1


def test_a_run_that_fails_is_told_to_have_failed(store: MlflowClient, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Tracking(tmp_path, print):
        raise ZeroDivisionError
    assert only_run(store).info.status == "FAILED"


def test_a_resumed_run_keeps_its_place(store: MlflowClient, tmp_path: Path) -> None:
    for step in (1, 2):
        with Tracking(tmp_path, print) as tracking:
            tracking.metrics(step, {"loss": 0.5})
    assert len(store.get_metric_history(only_run(store).info.run_id, "loss")) == 2


def test_nothing_is_told_where_no_address_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TRACKING_URI, raising=False)
    said: list[str] = []
    with Tracking(tmp_path, said.append) as tracking:
        tracking.metrics(1, {"loss": 0.5})
    assert (said, list(tmp_path.iterdir())) == ([], [])
