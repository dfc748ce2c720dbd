"""On a real TorchServe: ten bad candidates are refused before they could serve, three good pass."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local_stack.components.torchserve import TorchServe
from service_kit.blobs import Blobs
from serving.archives.archive import ArchiveRefused, check_archive
from serving.contract.reference_cases import ReferenceCases
from serving.tests import candidates_for_release as made
from serving.tests import models_from_outside as outside
from serving.tests.archives import shipped
from serving.tests.site import Site

pytestmark = [pytest.mark.torchserve, pytest.mark.timeout(900)]

# Lower than by default, so that the test needn't wait for what is really slow.
MAX_MEDIAN_MS, MAX_WORKER_MIB = 120, 270

AT_THE_PUSH: dict[str, Callable[[Path], Path]] = {
    "a threshold of 0": lambda folder: made.remade(folder, "9.0.0", threshold=0.0),
    "a threshold of 1": lambda folder: made.remade(folder, "9.0.1", threshold=1.0),
    "a temperature of 100": lambda folder: made.remade(folder, "9.0.2", temperature=100.0),
}

# Each with what the trial says of it.
ON_THE_REPLICA: dict[str, tuple[Callable[[Path], Path], str]] = {
    "the lowest threshold of a card": (
        lambda folder: made.remade(folder, "9.1.0", threshold=0.001, zones=None),
        "calls all 12 reference cases malignant",
    ),
    "the highest threshold of a card": (
        lambda folder: made.remade(folder, "9.1.1", threshold=0.999, zones=None),
        "its sensitivity on 12 reference cases",
    ),
    "the highest temperature of a card": (
        lambda folder: made.remade(folder, "9.1.2", temperature=20.0, zones=None),
        "its Brier score on 12 reference cases",
    ),
    "random weights": (
        lambda folder: made.remade(folder, "9.1.3", made.random_weights), "its AUC",
    ),
    "swapped classes": (
        lambda folder: made.remade(folder, "9.1.4", made.swapped_classes), "classes swapped",
    ),
    "another normalisation": (
        lambda folder: made.remade(folder, "9.1.5", **made.normalised(0, 1)),
        "its AUC on 12 reference cases",
    ),
    "features of height x width x channels": (
        lambda folder: made.channels_last(folder, "9.1.6"), "can't be stored",
    ),
    "a mirrored heatmap": (
        lambda folder: made.remade(folder, "9.1.7", made.mirrored_heatmap),
        "does not show where its evidence lies",
    ),
    "a slow one": (lambda folder: made.remade(folder, "9.1.8", made.slow), "ms an answer"),
    "a fat one": (lambda folder: made.remade(folder, "9.1.9", made.fat), "MiB on this replica"),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_THE_PUSH)
def test_a_card_that_would_answer_always_the_same_is_refused_at_the_push(
    tmp_path: Path, name: str
) -> None:
    archive = AT_THE_PUSH[name](tmp_path)
    with pytest.raises(ArchiveRefused, match="CARD_INVALID"):
        check_archive(archive)


async def test_ten_bad_candidates_are_refused_and_one_of_the_shelf_passes(
    torchserve: TorchServe, redis_url: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    site = Site(
        torchserve, redis_url, store, reference_gate=True, max_median_ms=MAX_MEDIAN_MS,
        max_worker_mib=MAX_WORKER_MIB,
    )  # fmt: skip
    await site.empty()
    await site.release(shipped(made.LIVE))
    assert (await site.follow()).live_version == made.LIVE
    said = {}
    for number, (name, (make, _)) in enumerate(ON_THE_REPLICA.items()):
        (tmp_path / str(number)).mkdir()
        await site.ask_for_trial(make(tmp_path / str(number)))
        said[name] = (await site.follow()).trials[-1].error
    assert {name: expected in said[name] for name, (_, expected) in ON_THE_REPLICA.items()} == (
        dict.fromkeys(ON_THE_REPLICA, True)
    ), said
    await site.ask_for_trial(shipped("1.1.1"))
    told = await site.follow()
    assert (told.trials[-1].error, told.live_version) == ("", made.LIVE)
    await site.empty()


async def test_what_comes_from_outside_goes_live_on_a_clinics_own_cases(
    torchserve: TorchServe, redis_url: str, tmp_path: Path
) -> None:
    model, photos = outside.trained_elsewhere(), outside.labelled_photos(tmp_path / "photos")
    weights = outside.as_weights(model, tmp_path / "weights.pth")
    graph = outside.as_graph(model, tmp_path / "graph.onnx")
    store = tmp_path / "store"
    store.mkdir()
    site = Site(torchserve, redis_url, store, reference_gate=True)
    await site.empty()
    await ReferenceCases(Blobs(store.as_uri()), "lesion").add(outside.made_cases(8), by="ada")
    for version, archive in (
        ("2.0.0", outside.imported(weights, photos, "2.0.0", "--arch", "torchvision.resnet18")),
        ("2.1.0", outside.imported(graph, photos, "2.1.0")),
    ):
        await site.release(archive)
        told = await site.follow()
        assert (told.live_version, told.last_error) == (version, "")
        assert told.measured[-1].reference
        assert told.measured[-1].reference.found.cases == 16
    await site.empty()


async def test_a_transformer_from_outside_goes_live_with_a_heatmap_by_occlusion(
    torchserve: TorchServe, redis_url: str, tmp_path: Path
) -> None:
    model, photos = outside.transformer_trained_elsewhere(), tmp_path / "photos"
    weights = outside.as_weights(model, tmp_path / "vit.pth")
    outside.labelled_photos(photos)
    archive = outside.imported(weights, photos, "1.9.0", "--arch", outside.TRANSFORMER)
    store = tmp_path / "store"
    store.mkdir()
    site = Site(torchserve, redis_url, store, reference_gate=True)
    await site.empty()
    await ReferenceCases(Blobs(store.as_uri()), "lesion").add(outside.made_cases(8), by="ada")
    await site.release(archive)
    told = await site.follow()
    assert (told.live_version, told.last_error) == ("1.9.0", "")
    assert check_archive(archive).card.heatmap == "occlusion"
    await site.empty()
