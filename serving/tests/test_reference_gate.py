"""A version answers the installation's own cases before it is released: bad ones are refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service_kit.blobs import Blobs
from serving.archives.card import ModelCard
from serving.contract.findings import Finding
from serving.contract.reference_cases import ReferenceCases
from serving.contract.reference_comparison import answers_of
from serving.contract.reference_figures import CaseAnswer, ReferenceFigures, auc
from serving.contract.reference_verdict import MARGINS, objections
from serving.contract.trials import Measurement
from serving.model.classifier import Classifier
from serving.replica.reference_gate import ReferenceGate
from serving.replica.torchserve.probe import Ask, ProbeFailed
from serving.tests.archives import shipped
from serving.worker.predictions import open_classifier, prediction_of

LIVE = shipped("1.1.2")


def asking(classifier: Classifier, target: str | None = None) -> Ask:
    """Each photo is computed once, however many tests ask."""
    known: dict[bytes, Finding] = {}

    async def ask(photo: bytes) -> Finding:
        if photo not in known:
            known[photo] = Finding.model_validate(prediction_of(classifier, photo, target))
        return known[photo]

    return ask


@pytest.fixture(scope="module")
def live() -> Classifier:
    return open_classifier(LIVE)


@pytest.fixture(scope="module")
def live_answers(live: Classifier) -> Ask:
    return asking(live)


@pytest.fixture
def gate(tmp_path: Path) -> ReferenceGate:
    return ReferenceGate(ReferenceCases(Blobs(tmp_path.as_uri()), "lesion"), MARGINS)


def with_card(classifier: Classifier, **fields: Any) -> Classifier:
    # Past the card's own bounds, which would refuse the worst of them before.
    changed = classifier.card.model_copy(update=fields)
    return Classifier(classifier.backend, changed, classifier.novelty, classifier.differential)


class Bent:
    """A backend whose logits are changed."""

    def __init__(self, backend: Any, change: Any) -> None:
        self._backend, self._change = backend, change
        self.head, self.precision = backend.head, backend.precision

    def run(self, batch: Any) -> Any:
        features, logits = self._backend.run(batch)
        return features, self._change(logits)


def with_logits(classifier: Classifier, change: Any) -> Classifier:
    return Classifier(Bent(classifier.backend, change), classifier.card)  # type: ignore[arg-type]


def normalised(card: ModelCard, mean: float, std: float) -> Any:
    return card.preprocessing.model_copy(update={"mean": (mean,) * 3, "std": (std,) * 3})


def random_logits(logits: Any) -> Any:
    return np.random.default_rng(abs(int(logits.sum() * 1e6))).normal(0, 3, logits.shape)


async def test_what_ships_passes_and_the_cases_are_the_shipped_examples(
    gate: ReferenceGate, live_answers: Ask, tmp_path: Path
) -> None:
    result = await gate.judge(live_answers, live_answers)
    assert (result.found.cases, result.found.malignant) == (12, 6)
    assert result.found.sensitivity is not None
    assert result.found.sensitivity.value == 1
    assert result.live == result.found
    assert (result.newly_benign, result.newly_malignant) == (0, 0)
    kept = await ReferenceCases(Blobs(tmp_path.as_uri()), "lesion").newest()
    assert kept is not None
    assert (kept.number, kept.by, len(kept.cases)) == (1, "dermis", 12)


async def test_a_follower_that_may_not_write_to_the_store_uses_the_examples_beside_it(
    tmp_path: Path, live_answers: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = ReferenceCases(Blobs(tmp_path.as_uri()), "lesion")

    async def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(cases, "add", refuse)
    result = await ReferenceGate(cases, MARGINS).judge(live_answers, None)
    assert (result.found.cases, result.live) == (12, None)


BAD = {
    "a threshold of 0": lambda known: with_card(known, threshold=0.0),
    "a threshold of 1": lambda known: with_card(known, threshold=1.0),
    "a temperature of 100": lambda known: with_card(known, temperature=100.0),
    "random answers": lambda known: with_logits(known, random_logits),
    "swapped classes": lambda known: with_logits(known, lambda logits: logits[:, ::-1]),
    "another normalisation": lambda known: with_card(
        known, preprocessing=normalised(known.card, 0, 1)
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_candidate_is_refused(
    gate: ReferenceGate, live: Classifier, live_answers: Ask, name: str
) -> None:
    with pytest.raises(ProbeFailed, match="reference cases"):
        await gate.judge(asking(BAD[name](live)), live_answers)


def with_features(classifier: Classifier, change: Any) -> Classifier:
    """The answers stay, the map moves."""

    class Moved(Bent):
        def run(self, batch: Any) -> Any:
            features, logits = self._backend.run(batch)
            return change(features), logits

    return Classifier(Moved(classifier.backend, None), classifier.card)  # type: ignore[arg-type]


async def test_what_ships_shows_where_its_evidence_lies(
    gate: ReferenceGate, live: Classifier, live_answers: Ask
) -> None:
    explain = asking(live, "malignant")
    assert (await gate.judge(live_answers, None, explain=explain)).objections == ()


MOVED = {
    "mirrored": lambda features: features[..., ::-1],
    "upside down": lambda features: features[..., ::-1, :],
    "turned round": lambda features: features[..., ::-1, ::-1],
    "height and width swapped": lambda features: features.swapaxes(2, 3),
    "always the same": np.ones_like,
}


@pytest.mark.parametrize("name", MOVED)
async def test_a_heatmap_that_does_not_show_the_evidence_is_refused_though_the_answers_are_right(
    gate: ReferenceGate, live: Classifier, live_answers: Ask, name: str
) -> None:
    explain = asking(with_features(live, MOVED[name]), "malignant")
    with pytest.raises(ProbeFailed, match="does not show where its evidence lies") as refusal:
        await gate.judge(live_answers, live_answers, explain=explain)
    assert refusal.value.reference
    assert len(refusal.value.reference.objections) == 1


@pytest.mark.parametrize(
    ("cost", "said"),
    [({"median_ms": 1200.0}, "1200 ms an answer"), ({"memory_mib": 2000}, "2000 MiB")],
)
async def test_a_slow_or_fat_version_is_refused_before_it_is_asked(
    gate: ReferenceGate, cost: dict[str, Any], said: str
) -> None:
    async def ask(_: bytes) -> Finding:
        raise AssertionError("asked")

    measured = Measurement(**{"version": "9.0.0", "median_ms": 40.0, "p95_ms": 50.0} | cost)
    with pytest.raises(ProbeFailed, match=said):
        await gate.judge(ask, None, measured=measured)


@pytest.mark.parametrize("name", ["swapped classes"])
async def test_an_absurd_candidate_is_refused_even_where_nothing_is_live(
    gate: ReferenceGate, live: Classifier, name: str
) -> None:
    with pytest.raises(ProbeFailed, match="reference cases"):
        await gate.judge(asking(BAD[name](live)), None)


def figures(*shares: float, threshold: float = 0.5) -> ReferenceFigures:
    """Of malignant cases above zero and benign ones below: the probability is the amount."""
    answers = [
        CaseAnswer(
            truth="malignant" if share > 0 else "benign",
            label="malignant" if abs(share) >= threshold else "benign",
            probability=abs(share),
            assessable=True,
        )
        for share in shares
    ]
    return ReferenceFigures.of("1.0.0", threshold, answers)


def test_figures_count_pairs_and_labels_with_their_intervals() -> None:
    found = figures(0.9, 0.4, -0.4, -0.1)
    assert found.auc is not None
    assert found.auc.value == (1 + 1 + 0.5 + 1) / 4
    assert found.sensitivity is not None
    assert found.sensitivity.value == 0.5
    assert found.specificity is not None
    assert (found.specificity.value, found.specificity.high) == (1, 1)
    assert found.auc.low <= found.auc.value <= found.auc.high
    assert found.brier == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)


def test_a_few_cases_in_perfect_order_leave_doubt() -> None:
    few, many = (figures(*[0.9] * count, *[-0.1] * count).auc for count in (6, 200))
    assert few
    assert many
    assert (few.value, few.high) == (1, 1)
    assert 0.6 < few.low < 0.85
    assert few.low < many.low < 1


def test_the_aucs_interval_holds_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(20261130)
    # Two normal distributions this far apart have an AUC of 0.9.
    apart, truth, held = 1.8124, 0.9, 0
    for _ in range(300):
        found = auc(draws.normal(apart, 1, 20).tolist(), draws.normal(0, 1, 30).tolist())
        assert found
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 300 <= 0.99


def test_one_more_melanoma_that_is_missed_is_too_much_and_one_more_false_alarm_is_not() -> None:
    live = figures(*[0.9] * 6, *[-0.1] * 6)
    missed = figures(*[0.9] * 5, 0.45, *[-0.1] * 6)
    alarmed = figures(*[0.9] * 6, *[-0.1] * 5, -0.55)
    assert objections(missed, live, MARGINS)
    assert objections(alarmed, live, MARGINS) == []
    assert objections(missed, live, {}) == []


def test_cases_of_one_kind_make_nothing_absurd() -> None:
    assert objections(figures(0.1, 0.1), None, MARGINS) == []


async def test_cases_are_added_under_their_digest_and_the_newest_set_counts(
    tmp_path: Path,
) -> None:
    store = Blobs(tmp_path.as_uri())
    cases = ReferenceCases(store, "lesion")
    first = await cases.add([(b"one", "benign"), (b"two", "malignant")], by="ada")
    second = await cases.add([(b"two", "benign"), (b"three", "malignant")], by="ada")
    assert (first.number, second.number, len(second.cases)) == (1, 2, 3)
    await store.put("lesion/reference/sets/000003.json", b"\0")
    assert await cases.newest() == second
    assert [await cases.photo(case) for case in second.cases] == [b"one", b"two", b"three"]


async def test_answers_to_every_case_are_kept_in_the_order_of_the_set(
    gate: ReferenceGate, live_answers: Ask, tmp_path: Path
) -> None:
    result = await gate.judge(live_answers, live_answers)
    kept = await ReferenceCases(Blobs(tmp_path.as_uri()), "lesion").numbered(result.number)
    assert kept is not None
    assert result.answers is not None
    assert result.live_answers == result.answers
    assert len(result.answers.probabilities) == len(kept.cases)
    found = answers_of(kept, result.answers, result.found.threshold)
    assert (
        ReferenceFigures.of("1.1.2", result.found.threshold, list(found.values())) == result.found
    )
