"""What the owner of a clinic does without an administrator."""

import asyncio

import pytest

from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal


async def _colleague(identity: Identity, owner: Person) -> Person:
    """Somebody who has accepted an owner's invitation and is signed in."""
    email = f"colleague.of.{owner.email}"
    await owner.client.call("InviteColleague", email=email)
    await identity.deliver()
    person = Person(email, PASSWORD, identity.client())
    await person.client.call(
        "Register",
        email=email,
        password=PASSWORD,
        full_name="Noor Haddad",
        invitation_token=identity.mailbox.newest_token(email),
    )
    await identity.deliver()
    await person.client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    await identity.enrol(person)
    return person


async def _applicant(identity: Identity, owner_email: str) -> tuple[Person, bool]:
    """Somebody who has registered at an owner's clinic and verified the address."""
    person = Person(f"applicant.to.{owner_email}", PASSWORD, identity.client())
    await person.client.call(
        "Register",
        email=person.email,
        password=PASSWORD,
        full_name="Sam Reyes",
        owner_email=owner_email,
    )
    await identity.deliver()
    token = identity.mailbox.newest_token(person.email)
    verified = await person.client.call("VerifyEmail", token=token)
    await identity.deliver()
    return person, verified.awaits_approval


async def test_who_founds_a_clinic_owns_it_and_who_is_invited_does_not(identity: Identity) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    assert (await owner.client.call("GetMe")).user.owns_clinic
    me = (await colleague.client.call("GetMe")).user
    assert (me.owns_clinic, me.clinic_id) == (False, owner.clinic_id)
    team = await owner.client.call("GetTeam")
    assert [(one.full_name, one.owns_clinic) for one in team.members] == [
        ("Ada Byron", True), ("Noor Haddad", False),
    ]  # fmt: skip
    assert not team.invitations


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GetTeam", {}),
        ("UpdateClinic", {"name": "Mine now"}),
        ("InviteColleague", {"email": "a@b.example"}),
        ("UpdateMember", {"owns_clinic": True}),
        ("RevokeInvitation", {"invitation_id": "01a20817-f471-731e-896b-230f70989781"}),
        ("DecideJoinRequest", {"join_request_id": "01a20817-f471-731e-896b-230f70989781"}),
    ],
)
async def test_only_an_owner_keeps_the_clinic(
    identity: Identity, method: str, fields: dict[str, object]
) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    if method == "UpdateMember":
        fields = fields | {"user_id": colleague.user_id}
    assert await refusal(colleague.client.call(method, **fields)) == "NOT_CLINIC_OWNER"
    admin = await identity.admin()
    assert await refusal(admin.client.call(method, **fields)) == "NOT_PERMITTED"


async def test_a_removed_colleague_is_signed_out_and_can_come_back(identity: Identity) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    await owner.client.call("UpdateMember", user_id=colleague.user_id, active=False)
    assert await refusal(colleague.client.call("GetMe")) == "SESSION_ENDED"
    sign_in = colleague.client.call("Login", email=colleague.email, password=PASSWORD)
    assert await refusal(sign_in) == "CREDENTIALS_INVALID"
    await owner.client.call("UpdateMember", user_id=colleague.user_id, active=True)
    await identity.challenge(colleague)


async def test_an_owner_reaches_nobody_of_another_clinic(identity: Identity) -> None:
    owner, stranger = await identity.enrolled(), await identity.enrolled()
    change = owner.client.call("UpdateMember", user_id=stranger.user_id, active=False)
    assert await refusal(change) == "USER_NOT_FOUND"
    sent = await stranger.client.call("InviteColleague", email="x@elsewhere.example")
    revoke = owner.client.call("RevokeInvitation", invitation_id=sent.invitation.id)
    assert await refusal(revoke) == "INVITATION_NOT_FOUND"
    await _applicant(identity, stranger.email)
    waiting = (await stranger.client.call("GetTeam")).join_requests
    decide = owner.client.call("DecideJoinRequest", join_request_id=waiting[0].id, approve=True)
    assert await refusal(decide) == "JOIN_REQUEST_NOT_FOUND"


async def test_a_clinic_keeps_an_owner_even_if_two_leave_at_once(identity: Identity) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    alone = owner.client.call("UpdateMember", user_id=owner.user_id, owns_clinic=False)
    assert await refusal(alone) == "LAST_OWNER"
    await owner.client.call("UpdateMember", user_id=colleague.user_id, owns_clinic=True)
    answers = await asyncio.gather(
        *(
            one.client.call("UpdateMember", user_id=one.user_id, owns_clinic=False)
            for one in (owner, colleague)
        ),
        return_exceptions=True,
    )
    assert [getattr(answer, "reason", None) for answer in answers].count("LAST_OWNER") == 1


async def test_a_revoked_invitation_opens_nothing(identity: Identity) -> None:
    owner = await identity.enrolled()
    email = f"revoked.{owner.email}"
    sent = await owner.client.call("InviteColleague", email=email)
    await identity.deliver()
    token = identity.mailbox.newest_token(email)
    team = await owner.client.call("GetTeam")
    assert [one.email for one in team.invitations] == [email]
    await owner.client.call("RevokeInvitation", invitation_id=sent.invitation.id)
    assert not (await owner.client.call("GetTeam")).invitations
    register = identity.client().call(
        "Register", email=email, password=PASSWORD, full_name="Eve", invitation_token=token
    )
    assert await refusal(register) == "INVITATION_INVALID"


async def test_an_owner_does_not_learn_who_has_an_account(identity: Identity) -> None:
    owner, somebody = await identity.enrolled(), await identity.enrolled()
    await identity.deliver()
    before = len(identity.mailbox.to(somebody.email))
    sent = await owner.client.call("InviteColleague", email=somebody.email)
    await identity.deliver()
    assert sent.invitation.email == somebody.email
    assert len(identity.mailbox.to(somebody.email)) == before


async def test_a_registration_for_a_clinic_waits_for_its_owner(identity: Identity) -> None:
    owner = await identity.enrolled()
    applicant, waits = await _applicant(identity, owner.email)
    assert waits
    assert identity.mailbox.to(owner.email)[-1]["Subject"] == "Somebody asks to join your clinic"
    early = applicant.client.call("Login", email=applicant.email, password=PASSWORD)
    assert await refusal(early) == "CREDENTIALS_INVALID"
    [request] = (await owner.client.call("GetTeam")).join_requests
    assert (request.full_name, request.email) == ("Sam Reyes", applicant.email)
    await owner.client.call("DecideJoinRequest", join_request_id=request.id, approve=True)
    await identity.deliver()
    assert identity.mailbox.to(applicant.email)[-1]["Subject"] == "You can sign in to Dermis now"
    await identity.enrol(applicant)
    assert applicant.clinic_id == owner.clinic_id
    again = owner.client.call("DecideJoinRequest", join_request_id=request.id, approve=True)
    assert await refusal(again) == "JOIN_REQUEST_NOT_FOUND"


async def test_a_declined_registration_becomes_no_account(identity: Identity) -> None:
    owner = await identity.enrolled()
    applicant, _ = await _applicant(identity, owner.email)
    [request] = (await owner.client.call("GetTeam")).join_requests
    await owner.client.call("DecideJoinRequest", join_request_id=request.id, approve=False)
    assert not (await owner.client.call("GetTeam")).join_requests
    sign_in = applicant.client.call("Login", email=applicant.email, password=PASSWORD)
    assert await refusal(sign_in) == "CREDENTIALS_INVALID"


async def test_who_names_nobody_as_owner_gets_the_same_answers(identity: Identity) -> None:
    _, waits = await _applicant(identity, "nobody@nowhere.example")
    assert waits
    member = await _colleague(identity, await identity.enrolled())
    await identity.deliver()
    before = len(identity.mailbox.to(member.email))
    _, waits = await _applicant(identity, member.email)
    assert waits
    assert len(identity.mailbox.to(member.email)) == before


async def test_an_owner_sets_the_letterhead_and_colleagues_see_it(identity: Identity) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    logo = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    await owner.client.call(
        "UpdateClinic", name="Harbour", address="1 Quay\nBristol", time_zone="Europe/London",
        logo=logo,
    )  # fmt: skip
    seen = (await colleague.client.call("GetClinic")).letterhead
    assert (seen.name, seen.address, seen.time_zone) == (
        "Harbour", "1 Quay\nBristol", "Europe/London",
    )  # fmt: skip
    assert seen.logo == logo
    changed = (await owner.client.call("UpdateClinic", address="", logo=b"")).letterhead
    assert (changed.name, changed.address, changed.logo) == ("Harbour", "", b"")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "\u200b"}, "CLINIC_NAME_INVALID"),
        ({"address": "x\n" * 300}, "ADDRESS_INVALID"),
        ({"address": "a\0b"}, "ADDRESS_INVALID"),
        ({"time_zone": "Mars/Olympus"}, "TIME_ZONE_INVALID"),
        ({"time_zone": "../../etc/passwd"}, "TIME_ZONE_INVALID"),
        ({"logo": b"GIF89a"}, "LOGO_INVALID"),
        ({"logo": b"\x89PNG\r\n\x1a\n" + b"0" * 300_000}, "LOGO_INVALID"),
    ],
)
async def test_bad_letterheads_are_refused(
    identity: Identity, fields: dict[str, object], reason: str
) -> None:
    owner = await identity.enrolled()
    assert await refusal(owner.client.call("UpdateClinic", **fields)) == reason


async def test_an_administrator_names_an_owner_where_none_is_left(identity: Identity) -> None:
    owner = await identity.enrolled()
    colleague = await _colleague(identity, owner)
    admin = await identity.admin()
    await admin.client.call("UpdateUser", user_id=owner.user_id, active=False)
    await admin.client.call("UpdateUser", user_id=colleague.user_id, owns_clinic=True)
    assert (await colleague.client.call("GetTeam")).members
