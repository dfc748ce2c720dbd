"""What a card says about the data: what the folder itself says, and what is counted in it.

`dataset.yaml` in a data folder:

    name: Our clinic 2019 to 2025
    licence: CC BY 4.0
    source: Dermatology, General Hospital
    dermoscopic_only: true
    skin_types: [I, II, III]
    limits: ["Children are rare."]

Without it, a README's first heading is the name, and its lines `Licence: …` and `Source: …` count.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from serving.archives.card import SkinType
from serving.training.datasets import LABELS, Sample

KEPT_AS = "data.json"
# What a person must say; nobody can count it.
ASKED = ("licence", "source")
_LINE = re.compile(r"^\W*(licence|license|source)\W*:\W*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)


class DatasetFacts(BaseModel):
    """What is known about one data folder.

    Attributes:
        sha256: of all photos' digests with their labels, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    licence: str = Field(default="", max_length=200)
    source: str = Field(default="", max_length=500)
    dermoscopic_only: bool = False
    skin_types: list[SkinType] = Field(default_factory=list)
    limits: list[str] = Field(default_factory=list, max_length=20)
    benign: int = 0
    malignant: int = 0
    sha256: str = ""

    @property
    def missing(self) -> list[str]:
        """What nobody has said yet."""
        return [name for name in ASKED if not getattr(self, name)]

    @property
    def sentence(self) -> str:
        """For the card."""
        return (
            f"{self.name}: {self.benign} benign and {self.malignant} malignant photos; source: "
            f"{self.source or 'not stated'}; licence: {self.licence or 'not stated'}. SHA-256 of "
            f"files and labels: {self.sha256[:16]}."
        )


def facts_of(folder: Path, samples: Sequence[Sample]) -> DatasetFacts:
    """What the folder says about itself, and what its photos are.

    Raises:
        ValueError: `dataset.yaml` can't be read; the message says what is wrong.
    """
    own = [sample for sample in samples if sample.source == folder.name]
    counts = [sum(sample.label == label for sample in own) for label in range(len(LABELS))]
    digest = hashlib.sha256()
    for sample in own:
        digest.update(f"{sample.sha256} {LABELS[sample.label]}\n".encode())
    counted = {"benign": counts[0], "malignant": counts[1], "sha256": digest.hexdigest()}
    said = _said(folder)
    try:
        return DatasetFacts.model_validate({"name": folder.name, **said, **counted})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, found["loc"]))
        raise ValueError(f"{folder / 'dataset.yaml'}: {place}: {found['msg']}") from None


def write_facts(facts: Sequence[DatasetFacts], run: Path) -> None:
    """Keep the facts with a run: its card speaks of the data that it was trained on."""
    (run / KEPT_AS).write_text(json.dumps([known.model_dump() for known in facts], indent=2))


def read_facts(run: Path) -> list[DatasetFacts]:
    """What was kept; empty for runs of before it was."""
    path = run / KEPT_AS
    if not path.exists():
        return []
    return [DatasetFacts.model_validate(known) for known in json.loads(path.read_text())]


def _said(folder: Path) -> Mapping[str, object]:
    path = folder / "dataset.yaml"
    if not path.exists():
        return _said_by_readme(folder)
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(found, dict):
        raise ValueError(  # noqa: TRY004  what a person wrote, not what a caller passed
            f"{path} must hold `name: …`, `licence: …` and `source: …`, each on a line"
        )
    return {str(name): value for name, value in found.items()}


def _said_by_readme(folder: Path) -> Mapping[str, object]:
    readme = next((path for path in sorted(folder.glob("README*")) if path.is_file()), None)
    if readme is None:
        return {}
    text = readme.read_text("utf-8", errors="replace")
    said = {
        name.lower().replace("license", "licence"): value for name, value in _LINE.findall(text)
    }
    heading = _HEADING.search(text)
    named = {"name": heading[1][:200]} if heading else {}
    return {name: value[:200] for name, value in said.items()} | named
