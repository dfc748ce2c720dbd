import itertools
from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.search.name_folding import joined, parts, search_key
from patient_service.search.terms import parse, search_terms
from patient_service.tests.conftest import Caller, Service

RECORD = {
    "Mary O\u2019Brien": ("MRN-2041", "1961-04-30"),
    "Anna Smith-Jones": ("2024/0017", "1978-12-01"),
    "Jürgen Müller": ("K-7", "1961-03-04"),
    "Ulla Moeller": ("K-8", ""),
    "Ian McDonald": ("K-9", ""),
    "Piet van den Berg": ("K-10", ""),
    "Søren Ørsted Weiß": ("K-11", ""),
    "Ana María de la Cruz": ("K-12", ""),
}
SPELLINGS = {
    "O'Brien": "Mary O\u2019Brien",
    "O\u2019Brien": "Mary O\u2019Brien",
    "o\u02bcbrien": "Mary O\u2019Brien",
    "OBrien": "Mary O\u2019Brien",
    "o brien": "Mary O\u2019Brien",
    "O'Brien Mary": "Mary O\u2019Brien",
    "O'Brien, Mary": "Mary O\u2019Brien",
    "mary\u200b obrien": "Mary O\u2019Brien",
    "MRN 2041": "Mary O\u2019Brien",
    "mrn2041": "Mary O\u2019Brien",
    "30.04.1961": "Mary O\u2019Brien",
    "30/4/61": "Mary O\u2019Brien",
    "Apr 30, 1961": "Mary O\u2019Brien",
    "30. April 1961": "Mary O\u2019Brien",
    "1961-04-30 brien": "Mary O\u2019Brien",
    "Anna Smith-Jones": "Anna Smith-Jones",
    "Jones Anna": "Anna Smith-Jones",
    "smithjones": "Anna Smith-Jones",
    "Smith\u2011Jones": "Anna Smith-Jones",
    "Jones-Smith": "Anna Smith-Jones",
    "20240017": "Anna Smith-Jones",
    "1. Dez. 1978": "Anna Smith-Jones",
    "Mueller": "Jürgen Müller",
    "Muller": "Jürgen Müller",
    "MÜLLER, Juergen": "Jürgen Müller",
    "Mu\u0308ller": "Jürgen Müller",
    "Möller": "Ulla Moeller",
    "Moller U": "Ulla Moeller",
    "Mc Donald Ian": "Ian McDonald",
    "vandenberg": "Piet van den Berg",
    "Berg Piet": "Piet van den Berg",
    "orsted weiss": "Søren Ørsted Weiß",
    "Oersted": "Søren Ørsted Weiß",
    "cruz ana": "Ana María de la Cruz",
    "delacruz": "Ana María de la Cruz",
}
# Spelled so that no beginning fits: found by likeness.
MISSPELLINGS = {
    "Muler Jurgen": "Jürgen Müller",
    "Smiht-Jones": "Anna Smith-Jones",
    "McDonnald": "Ian McDonald",
    "Obrian": "Mary O\u2019Brien",
}


@pytest.fixture
async def clinic(service: Service) -> Caller:
    caller = service.clinician()
    for name, (number, born) in RECORD.items():
        await caller.add_patient(full_name=name, record_number=number, birth_date=born)
    return caller


async def test_every_spelling_finds_its_patient_and_no_other(clinic: Caller) -> None:
    answers = {typed: await _names(clinic, typed) for typed in SPELLINGS}
    assert answers == {typed: [name] for typed, name in SPELLINGS.items()}


async def test_what_nothing_begins_with_finds_the_likest_name_first(clinic: Caller) -> None:
    answers = {typed: (await _names(clinic, typed))[:1] for typed in MISSPELLINGS}
    assert answers == {typed: [name] for typed, name in MISSPELLINGS.items()}
    for typed, is_similar in (("Obrian", True), ("Obrien", False)):
        page = await clinic.call(pb.ListPatientsRequest(search=typed))
        assert page.only_similar is is_similar


async def test_similar_names_fill_one_page_and_no_more(clinic: Caller) -> None:
    for name in ("Jurgen Mulder", "Jorgen Muller"):
        await clinic.add_patient(full_name=name)
    page = await clinic.call(pb.ListPatientsRequest(search="Muler Jurgen", limit=1))
    assert page.only_similar
    assert len(page.patients) == 1
    assert not page.next_cursor


async def test_pages_of_a_search_join_without_gap_or_repetition(service: Service) -> None:
    caller = service.clinician()
    parts_of_names = ("Maria", "Mara", "Mar", "Anna-Maria", "Müller")
    names = [" ".join(pair) for pair in itertools.permutations(parts_of_names, 2)]
    terms = {name: search_terms(name, f"M-{place}") for place, name in enumerate(names)}
    for place, name in enumerate(names):
        await caller.add_patient(full_name=name, record_number=f"M-{place}")
    for typed in ("m", "ma", "mar", "mar ma", "an m", "M-1", "m- mueller", "mar mar mar"):
        found, cursor = [], ""
        while True:
            page = await caller.call(pb.ListPatientsRequest(search=typed, limit=3, cursor=cursor))
            found += [patient.profile.full_name for patient in page.patients]
            cursor = page.next_cursor
            if not cursor:
                break
        expected = [
            name
            for name in names
            if all(
                any(term.startswith(word) for term in terms[name]) for word in parse(typed).words
            )
        ]
        assert sorted(found) == sorted(expected), typed


async def test_what_is_like_no_name_finds_nobody(clinic: Caller) -> None:
    for typed in ("Xylander", "%", "'", "-", "\U0001f600", "31.04.1961", "9999"):
        assert await _names(clinic, typed) == [], typed


async def test_the_likest_of_several_comes_first(service: Service) -> None:
    caller = service.clinician()
    for name in ("Annabel Leeds", "Anna-Maria Leeds", "Anna Lee", "Lee Anna Maria Sofia"):
        await caller.add_patient(full_name=name)
    assert (await _names(caller, "Lee Anna"))[0] == "Anna Lee"
    assert set(await _names(caller, "anna lee")) == {
        "Annabel Leeds", "Anna-Maria Leeds", "Anna Lee", "Lee Anna Maria Sofia",
    }  # fmt: skip


async def test_a_changed_birth_date_finds_by_the_new_one_only(service: Service) -> None:
    caller = service.clinician()
    patient = await caller.add_patient(full_name="Ada", birth_date="1970-01-02")
    patient.profile.birth_date = "1970-02-03"
    await caller.call(
        pb.UpdatePatientRequest(patient_id=patient.id, version=1, profile=patient.profile)
    )
    assert await _names(caller, "03.02.1970") == ["Ada"]
    assert await _names(caller, "1970-01-02") == []


async def test_likeness_finds_nobody_of_another_clinic(service: Service, clinic: Caller) -> None:
    stranger = service.clinician()
    await stranger.add_patient(full_name="Somebody Else")
    for typed in (*SPELLINGS, *MISSPELLINGS):
        assert await _names(stranger, typed) == []


async def test_archived_patients_are_found_among_the_archived_only(clinic: Caller) -> None:
    found = await clinic.call(pb.ListPatientsRequest(search="moller"))
    await clinic.call(pb.ArchivePatientRequest(patient_id=found.patients[0].id))
    for typed in ("moller", "muoller ulla"):
        assert "Ulla Moeller" not in await _names(clinic, typed)
        page = await clinic.call(pb.ListPatientsRequest(search=typed, archived=True))
        assert [patient.profile.full_name for patient in page.patients] == ["Ulla Moeller"]


@pytest.mark.parametrize(
    "name", ["\u200b", "\ufeff", "\uffff", "\u3164", "\u2800 \u00ad", "\ufe0f"]
)
@pytest.mark.parametrize("field", ["full_name", "record_number"])
async def test_invisible_characters_alone_are_no_name(
    clinician: Caller, refusal: type, name: str, field: str
) -> None:
    with refusal("TEXT_REQUIRED") as refused:
        await clinician.add_patient(**{field: name})
    assert refused.error.metadata == {"field": field}


@given(st.text(max_size=250), st.integers(0, 250))
def test_the_beginning_of_a_text_is_the_beginning_of_its_key(text: str, length: int) -> None:
    assert search_key(text).startswith(search_key(text[:length]))
    assert joined([search_key(text)]).startswith(joined([search_key(text[:length])]))


@given(st.text(max_size=250))
def test_a_key_fits_into_an_index(text: str) -> None:
    for term in (search_key(text), *search_terms(text, text)):
        assert len(term.encode("utf-8", "surrogatepass")) <= 800


@given(
    st.lists(st.text("abcdeoußöé'-\u2019", min_size=1), min_size=1, max_size=4), st.text("xyz0-/")
)
def test_a_name_is_found_by_its_words_in_any_order(words: list[str], number: str) -> None:
    assume(len(parts(" ".join(words))) <= 12)  # of a longer name only so many count
    terms = search_terms(" ".join(words), number, date(1961, 4, 30))
    for typed in itertools.permutations([*words, "30.04.1961"]):
        for prefixes in parse(" ".join(typed)).words:
            assert any(term.startswith(prefixes) for term in terms), (prefixes, terms)


@given(st.text(max_size=60))
@example("- 31.04.1961 -")
def test_any_search_is_understood(text: str) -> None:
    query = parse(text)
    assert all(prefixes and all(prefixes) for prefixes in query.words)
    assert bool(query.words) == bool(parts(text))


async def _names(caller: Caller, search: str) -> list[str]:
    page = await caller.call(pb.ListPatientsRequest(search=search))
    return [patient.profile.full_name for patient in page.patients]
