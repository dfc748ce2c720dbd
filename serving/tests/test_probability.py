"""No probability is written as if the model were certain."""

import pytest

from serving.contract.probability import probability_text


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "< 0.001"),
        (0.00099, "< 0.001"),
        (0.001, "0.001"),
        (0.8336, "0.834"),
        (0.999, "0.999"),
        (0.9996, "> 0.999"),
        (1.0, "> 0.999"),
    ],
)
def test_a_model_is_never_written_as_certain(probability: float, text: str) -> None:
    assert probability_text(probability) == text
