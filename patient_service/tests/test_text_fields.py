import contextlib

from hypothesis import given
from hypothesis import strategies as st

from patient_service.fields.text_fields import checked_text
from service_kit.errors import DomainError


@given(st.text(max_size=50))
def test_what_is_kept_can_be_stored(text: str) -> None:
    with contextlib.suppress(DomainError):
        kept = checked_text(text, "name", limit=50)
        assert "\x00" not in kept
        assert kept == kept.strip()
        kept.encode()
