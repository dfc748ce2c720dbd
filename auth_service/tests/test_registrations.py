"""A verification opens the registration that it was made for, and no other."""

import asyncio
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from auth_service.models import Table
from auth_service.tests.conftest import PASSWORD, Identity
from auth_service.tests.refusals import refusal
from dermis.options.v1 import access_pb2
from service_kit import clock

MALLORYS = {"password": "mallorys-own-long-phrase-77", "full_name": "Mallory",
            "clinic_name": "Elsewhere"}  # fmt: skip
OWNERS = {"password": PASSWORD, "full_name": "Owner", "clinic_name": "Harbour"}


def links(identity: Identity, email: str) -> list[str]:
    """The tokens of every link that was mailed, oldest first."""
    bodies = [mail.get_body(("plain",)) for mail in identity.mailbox.to(email)]
    return [t for body in bodies if body for t in re.findall(r"#token=(\S+)", body.get_content())]


async def register(identity: Identity, email: str, form: dict[str, str]) -> str:
    """Register; answers the token that was mailed for it."""
    await identity.client().call("Register", email=email, **form)
    await identity.deliver()
    return identity.mailbox.newest_token(email)


async def test_a_second_registration_does_not_take_over_the_first(identity: Identity) -> None:
    email, owner = "first@clinic.example", identity.client()
    owners_link = await register(identity, email, OWNERS)
    mallorys_link = await register(identity, email, MALLORYS)
    await owner.call("VerifyEmail", token=owners_link)
    answer = await owner.call("Login", email=email, password=PASSWORD)
    assert answer.WhichOneof("outcome") == "two_factor_setup_required"
    for call in (
        owner.call("VerifyEmail", token=mallorys_link),
        owner.call("VerifyEmail", token=owners_link),
    ):
        assert await refusal(call) == "LINK_INVALID"
    mallory = owner.call("Login", email=email, password=MALLORYS["password"])
    assert await refusal(mallory) == "CREDENTIALS_INVALID"


async def test_a_later_owner_is_not_taken_over_by_an_earlier_registration(
    identity: Identity,
) -> None:
    email, owner = "later@clinic.example", identity.client()
    await register(identity, email, MALLORYS)
    await owner.call("VerifyEmail", token=await register(identity, email, OWNERS))
    answer = await owner.call("Login", email=email, password=PASSWORD)
    owner.token = answer.two_factor_setup_required.enrolment_token
    me = (await owner.call("GetMe")).user
    assert (me.full_name, me.clinic_name) == ("Owner", "Harbour")


async def test_the_mail_says_which_registration_it_verifies(identity: Identity) -> None:
    email = "named@clinic.example"
    await register(identity, email, OWNERS)
    body = identity.mailbox.to(email)[-1].get_body(("plain",))
    assert body is not None
    said = body.get_content()
    assert "Name: Owner" in said
    assert "Clinic: Harbour" in said
    assert f"Asked for: {clock.now():%-d %B %Y}, " in said


async def test_another_mail_names_each_registration_with_a_link_of_its_own(
    identity: Identity,
) -> None:
    email, owner = "both@clinic.example", identity.client()
    await register(identity, email, OWNERS)
    await register(identity, email, MALLORYS)
    await owner.call("ResendVerification", email=email)
    await identity.deliver()
    body = identity.mailbox.to(email)[-1].get_body(("plain",))
    assert body is not None
    said = body.get_content()
    assert said.index("Clinic: Harbour") < said.index("Clinic: Elsewhere")
    assert len(set(links(identity, email))) == 4
    await owner.call("VerifyEmail", token=links(identity, email)[2])
    answer = await owner.call("Login", email=email, password=PASSWORD)
    assert answer.WhichOneof("outcome") == "two_factor_setup_required"


async def test_of_two_registrations_verified_at_once_one_wins(identity: Identity) -> None:
    email = "at.once@clinic.example"
    tokens = [await register(identity, email, form) for form in (OWNERS, MALLORYS)]
    answers = await asyncio.gather(
        *(identity.client().call("VerifyEmail", token=token) for token in tokens),
        return_exceptions=True,
    )
    assert sorted(getattr(answer, "reason", "OK") for answer in answers) == ["LINK_INVALID", "OK"]


async def test_an_unverified_registration_is_nobodys_account_and_founds_no_clinic(
    identity: Identity,
) -> None:
    admin = await identity.admin()
    form = OWNERS | {"clinic_name": "Unfounded"}
    token = await register(identity, "unfounded@clinic.example", form)
    assert not (await admin.client.call("ListUsers", search="unfounded@")).users
    assert not (await admin.client.call("ListClinics", search="unfounded")).clinics
    await identity.client().call("VerifyEmail", token=token)
    assert len((await admin.client.call("ListClinics", search="unfounded")).clinics) == 1


async def test_a_registration_without_invitation_does_not_take_an_invited_one_over(
    identity: Identity,
) -> None:
    admin, email = await identity.admin(), "invited.too@clinic.example"
    await admin.client.call("CreateInvitation", email=email, role=access_pb2.ROLE_ML_ENGINEER)
    await identity.deliver()
    form = {"password": PASSWORD, "full_name": "Grace"}
    invitation = identity.mailbox.newest_token(email)
    link = await register(identity, email, form | {"invitation_token": invitation})
    await register(identity, email, MALLORYS)
    client = identity.client()
    await client.call("VerifyEmail", token=link)
    answer = await client.call("Login", email=email, password=PASSWORD)
    client.token = answer.two_factor_setup_required.enrolment_token
    assert (await client.call("GetMe")).user.role == access_pb2.ROLE_ML_ENGINEER


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\n"], ids=ascii)
async def test_a_blank_around_the_address_is_not_part_of_it(identity: Identity, blank: str) -> None:
    email = f"blank{ord(blank)}@clinic.example"
    client = identity.client()
    await client.call("Register", email=f"{blank}{email}{blank}", **OWNERS)
    await identity.deliver()
    await client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    answer = await client.call("Login", email=f"{email}{blank}", password=PASSWORD)
    assert answer.WhichOneof("outcome") == "two_factor_setup_required"


def test_the_migrated_schema_is_what_the_models_say(database_urls: tuple[str, str]) -> None:
    engine = create_engine(database_urls[0])
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()
