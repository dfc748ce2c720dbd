"""Model archives that pass every check, and how an ML engineer brings and releases them."""

import json
import struct
from hashlib import sha256
from pathlib import Path

import httpx

from gateway.tests.conftest import Gateway, bearer
from gateway.tests.pictures import photo
from serving.archives.card import Evaluation, Metric, ModelCard, Preprocessing, ShownFor
from serving.archives.packing import build_archive

ENGINEER = bearer("ml_engineer")


def weights() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * 4


def held_out(figures: dict[str, float]) -> Evaluation:
    metrics = {name: Metric(value=v, low=v, high=v) for name, v in figures.items()}
    return Evaluation(
        name="all sources, held out", description="", images=9, malignant=4, metrics=metrics
    )


def archive(
    folder: Path,
    version: str,
    name: str = "lesion",
    limits: str = "",
    figures: dict[str, float] | None = None,
    shown_for: ShownFor | None = None,
) -> Path:
    """An archive that passes every check, though nothing could be computed with it."""
    (folder / "weights").write_bytes(weights())
    (folder / "golden.jpg").write_bytes(photo())
    card = ModelCard(
        name=name, version=version, architecture="tf_efficientnet_lite0",
        preprocessing=Preprocessing(input_size=224, mean=(1, 1, 1), std=(1, 1, 1)),
        temperature=1, threshold=0.2, weights_sha256=sha256(weights()).hexdigest(),
        trained_on="2026-03-01", intended_use="Tests.", limits=[limits], data=[],
        shown_for=shown_for, evaluations=[] if figures is None else [held_out(figures)],
    )  # fmt: skip
    golden = [(folder / "golden.jpg", 0.5)]
    return build_archive(weights=folder / "weights", card=card, golden=golden, out=folder)


async def bring(
    gateway: Gateway, content: bytes | Path, signature: bytes | None = None
) -> httpx.Response:
    data = content.read_bytes() if isinstance(content, Path) else content
    files = {"file": ("m.mar", data)}
    if signature is not None:
        files["signature"] = ("m.mar.sig", signature)
    return await gateway.http.post("/api/admin/upload-model", files=files, headers=gateway.headers)


async def release(gateway: Gateway, version: str) -> httpx.Response:
    return await gateway.post(f"/admin/models/{version}/release", {"why": "better"})
