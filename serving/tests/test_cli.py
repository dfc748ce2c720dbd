"""`dermis-model` on this disk: inspect, verify, keygen, sign; and how every verb answers."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from serving import examples
from serving.archives.archive import check_archive
from serving.archives.signatures import is_signed
from serving.cli import VERBS, app
from serving.tests.archives import bent, sound
from serving.tests.conftest import MakeArchive

RUN = CliRunner()


def run(*words: object) -> Result:
    return RUN.invoke(app, [str(word) for word in words])


def answer(*words: object, fails: bool = False) -> Any:
    done = run(*words, "--json")
    assert (done.exit_code != 0) is fails, done.output
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_and_can_answer_as_json(verb: str) -> None:
    done = RUN.invoke(app, [verb, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exit_code == 0
    assert "--json" in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_takes_a_secret_on_its_command_line(verb: str) -> None:
    done = RUN.invoke(app, [verb, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert not {"--password", "--code", "--token", "--totp-secret"} & set(done.stdout.split())


def test_an_archive_is_shown_with_its_card(tmp_path: Path) -> None:
    path = sound(tmp_path)
    shown = answer("inspect", path)
    assert shown["card"]["version"] == "1.0.0"
    assert shown["sha256"] == check_archive(path).sha256
    assert "lesion 1.0.0" in run("inspect", path).stdout


def test_a_hostile_archive_is_refused_with_every_reason(tmp_path: Path) -> None:
    path = bent(tmp_path, lambda held: [*held.items(), ("../x", b""), ("model.pkl", b"")])
    refused = answer("verify", path, fails=True)
    assert refused["error"] == "ARCHIVE_REFUSED"
    codes = {line.split(":")[0] for line in refused["details"]}
    assert codes == {"PATH_ESCAPES", "MEMBER_NOT_ALLOWED"}


def test_a_hostile_archive_is_asked_nothing(tmp_path: Path) -> None:
    path = bent(tmp_path, lambda held: [*held.items(), ("model.pkl", b"")])
    photo = examples.read()[0].path
    assert answer("predict", photo, "--archive", path, fails=True)["error"] == "ARCHIVE_REFUSED"


def test_verifying_computes_the_golden_images(tmp_path: Path, make_archive: MakeArchive) -> None:
    assert "golden images come out right" in run("verify", make_archive()).stdout
    wrong = make_archive(golden_shift=0.1)
    assert answer("verify", wrong, fails=True)["error"] == "GOLDEN_IMAGES_DIFFER"
    answer("verify", wrong, "--no-run")


def test_weights_of_another_architecture_are_told_before_they_are_pushed(tmp_path: Path) -> None:
    for architecture in ("tf_efficientnet_lite0", "no_such_net", "torchvision.no_such_net"):
        path = sound(tmp_path / architecture, architecture=architecture)
        assert answer("verify", path, fails=True)["error"] == "MODEL_NOT_LOADABLE"


def test_a_key_pair_signs_and_is_never_overwritten(tmp_path: Path) -> None:
    keys = answer("keygen", "--out", tmp_path / "keys")
    assert stat.S_IMODE(Path(keys["private"]).stat().st_mode) == 0o600
    archive = sound(tmp_path)
    signed = answer("sign", archive, "--key", keys["private"])
    signature = Path(signed["signature"]).read_bytes()
    assert is_signed(Path(keys["public"]).read_text(), signed["sha256"], signature)
    verified = answer("verify", archive, "--trusted", tmp_path / "keys", "--no-run")
    assert verified["signed_by"] == keys["fingerprint"]
    assert answer("keygen", "--out", tmp_path / "keys", fails=True)["error"] == "KEY_EXISTS"
    assert answer("sign", archive, "--key", keys["public"], fails=True)["error"] == "KEY_INVALID"


def test_without_the_signature_that_is_asked_for_an_archive_is_not_verified(tmp_path: Path) -> None:
    answer("keygen", "--out", tmp_path / "keys")
    archive = sound(tmp_path)
    refused = answer("verify", archive, "--trusted", tmp_path / "keys", fails=True)
    assert refused["details"][0].startswith("SIGNATURE_MISSING")
    empty = answer("verify", archive, "--trusted", tmp_path, fails=True)
    assert empty["error"] == "KEY_INVALID"


def test_data_that_can_not_be_trained_on_is_told_in_a_line(tmp_path: Path) -> None:
    refused = answer("train", "--data", tmp_path, "--out", tmp_path / "run", fails=True)
    assert refused["error"] == "INPUT_UNUSABLE"
    assert "holds no photos" in refused["message"]
    refused = answer("package", "--run", tmp_path, fails=True)
    assert refused["error"] == "INPUT_UNUSABLE"


@pytest.mark.parametrize("verb", ["train", "evaluate", "import"])
def test_without_what_training_needs_a_verb_says_how_to_get_it_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    weights = tmp_path / "weights.pth"
    weights.touch()
    run = tmp_path / "run"
    run.mkdir()
    arguments = {
        "train": ["--out", run],
        "evaluate": ["--run", run, "--version", "1.3.0"],
        "import": [weights, "--arch", "resnet10t", "--out", run],
    }[verb]
    refused = answer(verb, *arguments, "--data", tmp_path, fails=True)
    assert "make setup-dev" in refused["message"]
