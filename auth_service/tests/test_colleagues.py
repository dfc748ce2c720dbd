"""Who may know whose name: the people of one clinic, each other's."""

from auth_service.tests.conftest import Identity, Person
from auth_service.tests.refusals import refusal
from dermis.options.v1 import access_pb2


async def test_colleagues_are_known_by_name_also_when_they_have_left(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    colleague = await _joined(identity, admin, person)
    await colleague.client.call("UpdateMe", full_name="Grace Hopper")
    await admin.client.call("UpdateUser", user_id=colleague.user_id, active=False)
    expected = [(person.user_id, "Ada Byron"), (colleague.user_id, "Grace Hopper")]
    answer = await person.client.call("ListColleagues")
    assert [(one.id, one.full_name) for one in answer.colleagues] == expected
    assert [one.has_left for one in answer.colleagues] == [False, True]
    first = await person.client.call("ListColleagues", limit=1)
    rest = await person.client.call("ListColleagues", cursor=first.next_cursor)
    assert [one.id for one in (*first.colleagues, *rest.colleagues)] == [
        person.user_id,
        colleague.user_id,
    ]


async def test_nobody_of_another_clinic_is_named(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    await _joined(identity, admin, person)
    stranger = await identity.enrolled()
    answer = await stranger.client.call("ListColleagues")
    assert [one.id for one in answer.colleagues] == [stranger.user_id]
    theirs = (await person.client.call("ListColleagues", limit=1)).next_cursor
    walk = stranger.client.call("ListColleagues", cursor=theirs)
    assert await refusal(walk) == "CURSOR_INVALID"


async def test_who_keeps_no_patients_has_no_colleagues_to_ask_for(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.registered()
    assert await refusal(admin.client.call("ListColleagues")) == "NOT_PERMITTED"
    assert await refusal(identity.client().call("ListColleagues")) == "SIGN_IN_REQUIRED"
    login = await person.client.call("Login", email=person.email, password=person.password)
    person.client.token = login.two_factor_setup_required.enrolment_token
    refused = await refusal(person.client.call("ListColleagues"))
    assert refused in {"TWO_FACTOR_SETUP_REQUIRED", "NOT_PERMITTED"}


async def _joined(identity: Identity, admin: Person, to: Person) -> Person:
    """Somebody new whom an administrator has moved to the clinic of another."""
    person = await identity.enrolled()
    await admin.client.call(
        "UpdateUser",
        user_id=person.user_id,
        role=access_pb2.ROLE_CLINICIAN,
        clinic_id=to.clinic_id,
    )
    login = await person.client.call("Login", email=person.email, password=person.password)
    challenge = login.two_factor_required.challenge_token
    code = person.recovery_codes.pop()
    verified = await person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, recovery_code=code
    )
    person.signed_in(verified.tokens)
    return person
