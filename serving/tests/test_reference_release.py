"""On a real TorchServe: releases and trials answer the reference cases, beside the live version."""

from pathlib import Path

import pytest

from local_stack.components.torchserve import TorchServe
from serving.contract.reference_verdict import MARGINS
from serving.tests.archives import shipped
from serving.tests.conftest import MakeArchive
from serving.tests.site import Site

pytestmark = [pytest.mark.torchserve, pytest.mark.timeout(600)]


async def test_what_ships_becomes_live_and_untrained_weights_do_not(
    torchserve: TorchServe, redis_url: str, tmp_path: Path, make_archive: MakeArchive
) -> None:
    site = Site(torchserve, redis_url, tmp_path, reference_gate=True)
    await site.empty()
    await site.release(shipped("1.1.2"))
    told = await site.follow()
    assert (told.live_version, told.live_release) == ("1.1.2", 1)
    (measured,) = told.measured
    assert measured.reference
    assert measured.reference.found.cases == 12
    await site.ask_for_trial(shipped("1.1.1"))
    trial = (await site.follow()).trials[-1]
    assert trial.error == ""
    assert trial.measured
    assert trial.measured.reference
    assert trial.measured.reference.live
    assert trial.measured.reference.live.version == "1.1.2"
    await site.release(make_archive("9.0.0"))
    told = await site.follow()
    assert (told.live_version, told.refused_release) == ("1.1.2", 2)
    assert "reference cases" in told.last_error
    first, tried, refused = told.judgements
    assert (first.release, first.error, tried.trial != "", tried.error) == (1, "", True, "")
    assert (refused.release, refused.version, refused.error != "") == (2, "9.0.0", True)
    assert refused.reference
    assert refused.reference.objections
    assert refused.reference.margins == MARGINS
    await site.empty()
