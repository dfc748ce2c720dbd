"""Backends agree with eager PyTorch or are not used; a worker does without torch where it can."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from serving.archives.archive import check_archive
from serving.archives.card import ModelCard
from serving.archives.members import CARD, GOLDEN, GRAPH, WEIGHTS
from serving.model import backends
from serving.model.backends import Candidate, Choice, OnnxBackend
from serving.model.classifier import Classifier
from serving.pytorch import exports
from serving.pytorch.backends import load_classifier
from serving.replica.cpu_cores import usable_cores as cores_of
from serving.tests.archives import safetensors
from serving.tests.conftest import MakeArchive, lesion_photo
from serving.worker import environment, model
from serving.worker.model import open_unpacked
from serving.worker.predictions import prediction_of


@pytest.fixture
def unpacked(make_archive: MakeArchive, tmp_path: Path) -> Path:
    """An archive without a graph, as all were before; PyTorch runs it."""
    with zipfile.ZipFile(make_archive(graph=False)) as archive:
        archive.extractall(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture(scope="module")
def with_graph(make_archive: MakeArchive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("with_graph")
    check_archive(make_archive()).unpack(folder)
    return folder


@pytest.fixture(scope="module")
def exported(make_archive: MakeArchive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked archive without a graph, whose first worker has started."""
    folder = tmp_path_factory.mktemp("exported")
    with zipfile.ZipFile(make_archive(graph=False)) as archive:
        archive.extractall(folder)
    open_unpacked(folder)
    return folder


def photo_bytes() -> bytes:
    out = io.BytesIO()
    lesion_photo(5).save(out, "JPEG")
    return out.getvalue()


def eager(unpacked: Path) -> Classifier:
    card = ModelCard.model_validate_json((unpacked / CARD).read_bytes())
    return load_classifier(unpacked / "model.safetensors", card)


def candidates(**milliseconds: float) -> Choice:
    made = [Candidate(backend=n, milliseconds=m, difference=0) for n, m in milliseconds.items()]
    return Choice(weights_sha256="0" * 64, candidates=made)


def test_the_export_answers_as_eager_pytorch_does(exported: Path) -> None:
    opened, found = open_unpacked(exported)
    reference = eager(exported)
    assert found
    assert [candidate.usable for candidate in found.candidates] == [True] * len(found.candidates)
    graph = (exported / exports.EXPORT / GRAPH).read_bytes()
    onnx = OnnxBackend.of(graph, exported / WEIGHTS, opened.card.preprocessing)
    batch = np.stack([opened.preprocess(lesion_photo(seed)) for seed in range(3)])
    for actual, expected in zip(onnx.run(batch), reference.backend.run(batch), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)
    one, other = opened.predict(batch, "malignant"), reference.predict(batch, "malignant")
    np.testing.assert_allclose([p.cam for p in one], [p.cam for p in other], rtol=1e-3, atol=1e-3)


def test_the_second_worker_takes_the_firsts_export(exported: Path) -> None:
    choice_file = exported / exports.EXPORT / backends.CHOICE
    written = choice_file.stat().st_mtime_ns
    open_unpacked(exported)
    assert choice_file.stat().st_mtime_ns == written


def test_an_export_that_fails_leaves_eager_pytorch_to_answer(unpacked: Path) -> None:
    photo = photo_bytes()
    expected = prediction_of(eager(unpacked), photo)
    (unpacked / GOLDEN).write_text("damaged")
    opened, found = open_unpacked(unpacked)
    assert (opened.backend.name, found) == ("eager", None)
    answer = prediction_of(opened, photo)["probability_malignant"]
    assert answer == pytest.approx(expected["probability_malignant"], abs=1e-4)


def test_a_version_that_comes_back_finds_its_export_and_another_content_does_not(
    make_archive: MakeArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.EXPORTS, str(tmp_path / "exports"))
    for name, archive in (
        ("first", make_archive("0.0.1", graph=False)),
        ("again", make_archive("0.0.2", graph=False)),
    ):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(tmp_path / name)
    open_unpacked(tmp_path / "first")

    def never(*_: object, **__: object) -> None:
        raise OSError("exported a second time")

    monkeypatch.setattr("serving.pytorch.exports.subprocess.run", never)
    opened, _ = open_unpacked(tmp_path / "again")
    assert opened.backend.name == "onnxruntime"
    assert len([path for path in (tmp_path / "exports").iterdir() if path.is_dir()]) == 1
    (tmp_path / "again" / "golden_00.jpg").write_bytes(photo_bytes())
    opened, _ = open_unpacked(tmp_path / "again")
    assert opened.backend.name == "eager"


def test_weights_that_do_not_fit_are_an_error_in_the_worker_too(unpacked: Path) -> None:
    card = json.loads((unpacked / CARD).read_text())
    (unpacked / CARD).write_text(json.dumps(card | {"architecture": "resnet10t"}))
    with pytest.raises((ValueError, RuntimeError)):
        open_unpacked(unpacked)


def test_the_fastest_that_agrees_is_chosen() -> None:
    assert candidates(eager=20, onnxruntime=9).chosen == "onnxruntime"
    assert candidates(eager=20, onnxruntime=30).chosen == "eager"


@pytest.mark.parametrize(
    "unfit",
    [
        Candidate(backend="onnxruntime", milliseconds=1, difference=0.002),
        Candidate(backend="onnxruntime", milliseconds=1, difference=None),
        Candidate(backend="onnxruntime", error="failed: RuntimeError"),
    ],
)
def test_a_backend_that_disagrees_or_fails_is_not_chosen(unfit: Candidate) -> None:
    made = candidates(eager=20)
    assert made.model_copy(update={"candidates": [*made.candidates, unfit]}).chosen == "eager"


def test_an_export_agrees_without_loading_a_compiler_or_a_model_hub(
    unpacked: Path, tmp_path: Path
) -> None:
    script = (
        "import sys\n"
        "from serving.pytorch import export_process\n"
        "export_process.main(*sys.argv[1:])\n"
        "heavy = {'torch._dynamo', 'huggingface_hub'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "import torch._dynamo\n"
        "print(torch._dynamo.is_compiling())\n"
    )
    out = tmp_path / "export"
    done = subprocess.run(
        [sys.executable, "-c", script, unpacked, out],
        cwd=Path(model.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    # What stood in for the compiler is gone: the real one can be had afterwards.
    assert done.stdout.split() == ["[]", "False"]
    found = Choice.model_validate_json((out / backends.CHOICE).read_bytes())
    assert "onnxruntime" in [c.backend for c in found.candidates if c.usable]


def test_an_archives_own_graph_answers_as_eager_pytorch_does(with_graph: Path) -> None:
    opened, found = open_unpacked(with_graph)
    assert (opened.backend.name, found) == ("onnxruntime", None)
    batch = np.stack([opened.preprocess(lesion_photo(seed)) for seed in range(3)])
    reference = eager(with_graph)
    for actual, expected in zip(
        opened.backend.run(batch), reference.backend.run(batch), strict=True
    ):
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)
    one, other = opened.predict(batch, "malignant"), reference.predict(batch, "malignant")
    np.testing.assert_allclose([p.cam for p in one], [p.cam for p in other], rtol=1e-3, atol=1e-3)


def test_a_graph_over_other_weights_is_an_error_in_the_worker(
    with_graph: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(with_graph, tmp_path / "other")
    (other / WEIGHTS).write_bytes(safetensors())
    with pytest.raises(ValueError, match="which nothing before it gives"):
        open_unpacked(other)


# What a machine without PyTorch meets. None makes an import fail, as if it weren't installed.
WITHOUT_TORCH = "import sys\nsys.modules |= dict.fromkeys(('torch', 'torchvision', 'timm'))\n"


def test_a_worker_answers_where_pytorch_is_not_installed(with_graph: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photo_bytes())
    script = tmp_path / "model_service_worker.py"
    script.write_text(
        "import os\n"
        "from pathlib import Path\n"
        "print('serving.handler' in sys.modules, os.getpriority(os.PRIO_PROCESS, 0))\n"
        "import ts.model_service_worker\n"
        + WITHOUT_TORCH
        + "from serving.worker.predictions import prediction_of\n"
        "from serving.worker.model import open_unpacked\n"
        "opened, _ = open_unpacked(Path(sys.argv[1]))\n"
        "print(prediction_of(opened, Path(sys.argv[2]).read_bytes())['label'])\n"
    )
    root = Path(model.__file__).parents[1]
    paths = f"{root / 'config' / 'worker'}:{root.parent}"
    # sitecustomize ran before the script; what it imported must not have needed torch either.
    script.write_text(script.read_text().replace("import os\n", "import os\nimport sys\n", 1))
    done = subprocess.run(
        [sys.executable, script, with_graph, photo],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    # The handler was imported at low priority, but answers at that of the whole process.
    seen, priority, label = done.stdout.split()
    assert (seen, priority) == ("True", str(os.getpriority(os.PRIO_PROCESS, 0)))
    assert label in ("benign", "malignant")


def test_without_pytorch_an_archive_without_a_graph_is_refused_with_that_reason(
    unpacked: Path,
) -> None:
    script = (
        WITHOUT_TORCH + "from pathlib import Path\n"
        "from serving.worker.model import open_unpacked, TorchMissing\n"
        "try:\n"
        "    open_unpacked(Path(sys.argv[1]))\n"
        "except TorchMissing as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, unpacked], capture_output=True, text=True, check=True
    )
    assert "holds no graph" in done.stdout


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("100000 100000", 1), ("max 100000", None), ("5000 100000", 1), ("nonsense", None)],
)
def test_workers_are_as_many_as_the_cores_one_may_use(
    tmp_path: Path, quota: str, expected: int | None
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    cores = cores_of(tmp_path / "cpu.max")
    assert cores == (expected or len(os.sched_getaffinity(0)))
