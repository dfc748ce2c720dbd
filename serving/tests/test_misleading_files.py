"""A file that is no archive of ours: what it is, why it is refused, what to do instead."""

import gzip
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from serving.cli import app
from serving.tests.archives import bent, safetensors, sound

RUN = CliRunner()


def stock_mar(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("MAR-INF/MANIFEST.json", json.dumps({"model": {"handler": "h.py"}}))
        archive.writestr("h.py", "import os")
        archive.writestr("model.pt", "x")


def eight_bit(path: Path) -> None:
    def bend(held: dict[str, bytes]) -> None:
        header = json.dumps({"w": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}})
        held["model.safetensors"] = struct.pack("<Q", len(header)) + header.encode() + b"\0" * 8

    bent(path.parent / "made", bend).rename(path)


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a checkpoint": (lambda path: torch.save({"w": torch.zeros(2)}, path), "PyTorch checkpoint"),
    "an old checkpoint": (
        lambda path: torch.save({"w": 1}, path, _use_new_zipfile_serialization=False), "pickled",
    ),
    "a stock archive": (stock_mar, "torch-model-archiver"),
    "a compressed tar file": (lambda path: path.write_bytes(gzip.compress(b"x")), "compressed tar"),
    "bare weights": (lambda path: save_file({"w": torch.zeros(2)}, path), "bare safetensors"),
    "8-bit weights": (eight_bit, "8-bit floats (F8_E4M3)"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_it_is_said_what_the_file_is_and_what_to_do_instead(name: str, tmp_path: Path) -> None:
    make, said = FILES[name]
    path = tmp_path / "model.mar"
    make(path)
    done = RUN.invoke(app, ["verify", str(path), "--json"])
    assert done.exit_code == 1
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["error"] == "ARCHIVE_REFUSED"
    assert said in answer["details"][0]
    assert "dermis-model" in answer["details"][0] or "half precision" in answer["details"][0]
    # What the server would say follows.
    assert len(answer["details"]) > 1


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["verify", str(tmp_path), "--json"])
    assert "package --run" in json.loads(done.stdout.splitlines()[-1])["message"]


def test_a_sound_archive_is_left_alone(tmp_path: Path) -> None:
    path = sound(tmp_path, safetensors())
    done = RUN.invoke(app, ["verify", str(path), "--no-run"])
    assert done.exit_code == 0, done.output


def test_a_step_that_was_left_out_is_named(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["package", "--run", str(tmp_path), "--json"])
    said = json.loads(done.stdout.splitlines()[-1])["message"]
    assert said.endswith("is missing: run dermis-model evaluate first.")


def test_a_card_that_was_edited_wrongly_is_told_field_by_field(tmp_path: Path) -> None:
    (tmp_path / "model_card.json").write_text('{"name": "lesion", "threshold": 7}')
    done = RUN.invoke(app, ["package", "--run", str(tmp_path), "--json"])
    answer = json.loads(done.stdout.splitlines()[-1])
    assert any(line.startswith("threshold:") for line in answer["details"])
    assert len(answer["details"]) > 3
    assert "pydantic.dev" not in done.output
