from hypothesis import given
from hypothesis import strategies as st

from patient_service.search import search_key, search_terms


@given(st.text(max_size=250), st.integers(0, 250))
def test_the_beginning_of_a_text_finds_it(text: str, length: int) -> None:
    assert search_key(text).startswith(search_key(text[:length]))


@given(st.text(max_size=250))
def test_a_key_fits_into_an_index(text: str) -> None:
    assert len(search_key(text).encode("utf-8", "surrogatepass")) <= 800


@given(st.text(alphabet="abc ", max_size=40), st.text(alphabet="xyz0-", min_size=1, max_size=20))
def test_every_word_and_the_number_begin_a_term(name: str, number: str) -> None:
    terms = search_terms(name, number)
    for word in [*name.split()[:12], number]:
        assert any(term.startswith(word) for term in terms)
