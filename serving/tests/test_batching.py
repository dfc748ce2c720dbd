"""Where a worker is handed several photos at once, each caller gets the answer to their own."""

import asyncio
import time
from pathlib import Path

import pytest

from local_stack.components.torchserve import TorchServe
from serving.contract.torchserve import ImageRefused
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site, photo_bytes

pytestmark = pytest.mark.torchserve

SIZE, DELAY_MS = 6, 1_500


@pytest.fixture
async def site(torchserve: TorchServe, redis_url: str, tmp_path: Path) -> Site:
    """A replica whose only worker takes six photos at once, or what came in a second and a half."""
    site = Site(torchserve, redis_url, tmp_path, batch_size=SIZE, max_batch_delay=DELAY_MS)
    if torchserve.process.pid is None:
        await torchserve.start()
    await site.empty()
    return site


async def test_a_batch_of_photos_answers_each_rightly(
    site: Site, make_small_archive: MakeArchive
) -> None:
    await site.release(make_small_archive("0.0.1"))
    assert (await site.follow()).live_version == "0.0.1"
    started = time.monotonic()
    alone = [await site.predict("0.0.1", photo_bytes(0))]
    # So it is batches that are answered here: one photo alone waits for others.
    assert time.monotonic() - started >= DELAY_MS / 1000
    alone += [await site.predict("0.0.1", photo_bytes(seed), target="malignant") for seed in (1, 2)]
    wrong, *together = await asyncio.gather(
        site.predict("0.0.1", b"no photo"),
        site.predict("0.0.1", photo_bytes(0)),
        *(site.predict("0.0.1", photo_bytes(seed), target="malignant") for seed in (1, 2)),
        site.predict("0.0.1", photo_bytes(1), target="benign"),
        site.predict("0.0.1", photo_bytes(0)),
        return_exceptions=True,
    )
    assert isinstance(wrong, ImageRefused)
    assert together[:3] == alone
    assert together[4] == alone[0]
    explained = together[3]
    assert not isinstance(explained, BaseException)
    assert explained.heatmap.target == "benign"
    assert explained.probability_malignant == alone[1].probability_malignant
    shares = [finding.probability_malignant for finding in alone]
    assert len(set(shares)) == len(shares)
