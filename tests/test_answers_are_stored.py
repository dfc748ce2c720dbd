"""An answer that passes the followers' probes is one that the clinical record stores.

Both judge by rules of their own: serving and patient_service never import each other.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import finding_message
from patient_service.servicers.detection_messages import outcome
from serving.contract.findings import Finding

share = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.5]))
# Also what no sound model says: whatever the contract lets pass must be stored.
anything = st.one_of(share, st.floats(), st.just(1e39), st.just(-0.1))
grids = st.tuples(st.integers(0, 66), st.integers(0, 66)).flatmap(
    lambda sides: st.builds(lambda value: [[value] * sides[1] for _ in range(sides[0])], anything)
)
seen = st.one_of(
    st.none(),
    st.fixed_dictionaries(dict.fromkeys(("left", "top", "width", "height"), share)),
)
text = st.text(max_size=8)
answers = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["benign", "malignant", "mole"]),
        "probability_malignant": anything,
        "confidence": anything,
        "threshold": share,
        "assessable": st.booleans(),
        "quality": st.lists(st.one_of(st.just("BLURRED"), text), max_size=2),
        "differential": st.lists(
            st.fixed_dictionaries(
                {"diagnosis": st.one_of(st.just("naevus"), text), "probability": share}
            ),
            max_size=2,
        ),
        "model": st.fixed_dictionaries({"name": text, "version": text}),
        "heatmap": st.fixed_dictionaries(
            {
                "grid": grids, "target": st.sampled_from(["benign", "malignant"]),
                "method": text, "layer": text,
            }
        ),
        "seen": seen,
        "zone": st.sampled_from([None, "below", "borderline", "above"]),
    }
)  # fmt: skip


@given(answer=answers)
def test_whatever_the_contract_lets_pass_the_record_stores(answer: dict[str, Any]) -> None:
    try:
        finding = Finding.model_validate(answer)
    except ValidationError:
        return
    request = pb.FinishDetectionRequest(finding=finding_message(finding))
    sent = pb.FinishDetectionRequest.FromString(request.SerializeToString())
    found = outcome(sent)
    assert found is not None
    found.check()
