"""Folders of labelled photos, split once and for all.

A data folder holds `benign/` and `malignant/` with photos, and optionally `metadata.csv` with a
column `file` and any of lesion_id, patient_id, age, sex, site, diagnosis, camera, confirmed_by.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Split = Literal["train", "validation", "test"]
LABELS = ("benign", "malignant")
# Of the formats that the platform reads (`imaging.formats`).
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".tif", ".tiff"})
VALIDATION_PERCENT, TEST_PERCENT = 10, 15


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled photo.

    Attributes:
        source: name of its data folder; another source is another clinic or collection.
        label: 0 benign, 1 malignant.
        group: photos of one patient, or else of one lesion, share it, and with it the split.
        sha256: of the file.
    """

    path: Path
    source: str
    label: int
    group: str
    split: Split
    metadata: dict[str, str] = field(default_factory=dict, hash=False)
    sha256: str = ""


def read_folders(folders: Sequence[Path]) -> list[Sample]:
    """Every labelled photo of the folders, in a fixed order.

    Raises:
        ValueError: a folder holds no photos in `benign/` or in `malignant/`, or its
            `metadata.csv` can't be read; the message says how to mend it.
    """
    return [sample for folder in folders for sample in _read_folder(folder)]


def left_out(folders: Sequence[Path]) -> dict[str, int]:
    """How many files of the folders are not read, by why."""
    counts: Counter[str] = Counter()
    for folder in folders:
        for name in LABELS:
            for path in (folder / name).iterdir():
                if path.is_dir():
                    counts["folders inside a label's folder"] += 1
                elif path.suffix.lower() not in SUFFIXES:
                    counts[f"files named *{path.suffix.lower() or ' without ending'}"] += 1
        photos = {f"{name}/{path.name}" for name in LABELS for path in _photos(folder / name)}
        counts["rows of metadata.csv that name no photo"] += len(_metadata(folder).keys() - photos)
    return {why: count for why, count in counts.items() if count}


def require_both_labels(samples: Sequence[Sample], splits: Iterable[Split]) -> None:
    """Refuse splits that can't be measured.

    Raises:
        ValueError: a split has photos of one label only, or none.
    """
    for split in splits:
        counts = Counter(sample.label for sample in samples if sample.split == split)
        missing = [name for label, name in enumerate(LABELS) if not counts[label]]
        if missing:
            raise ValueError(
                f"the split {split} holds no {' and no '.join(missing)} photo: {len(samples)} "
                "photos are too few, or too many are of one patient or lesion; add photos of "
                f"other patients to {' and '.join(f'{name}/' for name in missing)}"
            )


def write_splits(samples: Iterable[Sample], path: Path) -> None:
    """Write down which photo is in which split, so that anyone can check."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "file", "label", "group", "split"])
        for sample in samples:
            name = f"{LABELS[sample.label]}/{sample.path.name}"
            writer.writerow([sample.source, name, LABELS[sample.label], sample.group, sample.split])


def split_of(source: str, group: str) -> Split:
    """The split of a group of photos: by hash, so the same on every machine, for ever."""
    digest = hashlib.sha256(f"{source}/{group}".encode()).hexdigest()
    share = int(digest, 16) % 100
    if share < TEST_PERCENT:
        return "test"
    return "validation" if share < TEST_PERCENT + VALIDATION_PERCENT else "train"


def _read_folder(folder: Path) -> Iterator[Sample]:
    metadata = _metadata(folder)
    patients = _patients(metadata.values())
    for label, name in enumerate(LABELS):
        paths = _photos(folder / name)
        if not paths:
            raise ValueError(
                f"{folder / name} holds no photos: put JPEG, PNG, HEIC, WebP or TIFF files there"
            )
        for path in paths:
            known = metadata.get(f"{name}/{path.name}", {})
            lesion = known.get("lesion_id") or path.stem
            group = known.get("patient_id") or patients.get(lesion) or lesion
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            split = split_of(folder.name, group)
            yield Sample(path, folder.name, label, group, split, known, digest)


def _photos(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def _patients(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The patient of each lesion of whom any row names one."""
    return {
        row["lesion_id"]: row["patient_id"]
        for row in rows
        if row.get("lesion_id") and row.get("patient_id")
    }


def _metadata(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / "metadata.csv"
    if not path.exists():
        return {}
    try:
        # Spreadsheets begin UTF-8 with a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            if "file" not in columns:
                raise ValueError(_without_file_column(path, columns))
            return {
                row["file"]: {name: value or "" for name, value in row.items() if name}
                for row in reader
                if row["file"]
            }
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8: save it as “CSV UTF-8”") from None
    except csv.Error as error:
        raise ValueError(f"{path} is no CSV file: {error}") from None


def _without_file_column(path: Path, columns: list[str]) -> str:
    if len(columns) == 1 and ";" in columns[0]:
        return f"{path} separates columns by semicolons: save it with commas"
    return (
        f"{path} has no column `file` but {', '.join(columns) or 'nothing'}: name the column with "
        "values such as benign/a.jpg `file`"
    )
