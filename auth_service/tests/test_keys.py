"""Signing keys, service tokens, encryption at rest, and the schema."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import SecretStr
from sqlalchemy import create_engine, delete, update
from sqlmodel import col, select

from auth_service import models
from auth_service.credentials import two_factor
from auth_service.credentials.encryption import KeyRing
from auth_service.models import SigningKey, TwoFactor
from auth_service.session import signing_keys
from auth_service.session.tokens import check_service_secret
from auth_service.tests.conftest import ENCRYPTION_KEYS, GATEWAY_SECRET, Identity
from auth_service.tests.refusals import refusal
from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.principal import method_permission

LIFE = timedelta(minutes=10)


async def public_keys(identity: Identity) -> dict[str, Ed25519PublicKey]:
    identity.service.signing_keys._loaded_at = float("-inf")
    answer = await identity.client().call("GetSigningKeys")
    return {k.kid: Ed25519PublicKey.from_public_bytes(k.public_key) for k in answer.keys}


def test_every_method_names_its_permission() -> None:
    for service in auth_pb2.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            permission = method_permission(f"/{service.full_name}/{method.name}")
            assert permission != access_pb2.PERMISSION_UNSPECIFIED, method.full_name


def test_every_secret_of_the_contract_is_marked_sensitive() -> None:
    secret_words = ("token", "password", "secret", "code", "email", "full_name", "qr_svg")
    for message in auth_pb2.DESCRIPTOR.message_types_by_name.values():
        for field in message.fields:
            named_so = field.name.removesuffix("s").endswith(secret_words)
            if named_so and field.cpp_type == field.CPPTYPE_STRING:
                marked = field.GetOptions().Extensions[access_pb2.sensitive]
                assert marked, field.full_name


async def test_an_access_token_says_who_where_and_for_how_long(identity: Identity) -> None:
    person = await identity.enrolled()
    kid = jwt.get_unverified_header(person.client.token)["kid"]
    claims = jwt.decode(
        person.client.token,
        (await public_keys(identity))[kid],
        algorithms=["EdDSA"],
        audience="dermis",
    )
    assert claims["sub"] == person.user_id
    assert (claims["role"], claims["clinic"], claims["typ"]) == (
        "clinician", person.clinic_id, "access",
    )  # fmt: skip
    assert 598 <= claims["exp"] - claims["iat"] <= 600


async def test_rotating_the_signing_key_signs_nobody_out(identity: Identity) -> None:
    person = await identity.enrolled()
    before = jwt.get_unverified_header(person.client.token)["kid"]
    async with identity.service.database.session() as session:
        kid = await signing_keys.rotate(session, identity.service.keys, token_life=LIFE)
    assert {before, kid} <= set(await public_keys(identity))
    later = await identity.enrolled()
    assert jwt.get_unverified_header(later.client.token)["kid"] == before  # announced, not signing
    async with identity.service.database.session() as session:
        await session.exec(
            update(SigningKey).where(col(SigningKey.kid) == kid).values(signs_from=clock.now())
        )
    await public_keys(identity)
    latest = await identity.enrolled()
    assert jwt.get_unverified_header(latest.client.token)["kid"] == kid
    for signed_in in (person, later, latest):
        await signed_in.client.call("GetMe")


async def test_a_key_is_dropped_once_its_last_token_has_expired(identity: Identity) -> None:
    long_ago = clock.now() - timedelta(hours=1)
    async with identity.service.database.session() as session:
        newest = (
            await session.exec(select(SigningKey).order_by(col(SigningKey.signs_from).desc()))
        ).first()
        assert newest is not None
        await session.exec(delete(SigningKey).where(col(SigningKey.kid) != newest.kid))
        newest.signs_from = long_ago
        session.add(newest)
        session.add(signing_keys._new_key(identity.service.keys, delay=timedelta(hours=-2)))
    async with identity.service.database.session() as session:
        await signing_keys.rotate(session, identity.service.keys, token_life=LIFE)
    assert len(await public_keys(identity)) == 2
    assert newest.kid in await public_keys(identity)


async def test_a_service_gets_a_token_for_its_secret(identity: Identity) -> None:
    client = identity.client()
    answer = await client.call("IssueServiceToken", service="gateway", secret=GATEWAY_SECRET)
    principal = await identity.service.verifier.verify(answer.token)
    assert principal.kind == "service"
    assert principal.may(access_pb2.PERMISSION_COMPLETE_DETECTIONS)
    assert not principal.may(access_pb2.PERMISSION_READ_PATIENTS)


@pytest.mark.parametrize(
    ("service", "secret"), [("gateway", "wrong"), ("gateway", ""), ("stranger", ""), ("", "")]
)
async def test_a_wrong_service_secret_gets_nothing(
    identity: Identity, service: str, secret: str
) -> None:
    call = identity.client().call("IssueServiceToken", service=service, secret=secret)
    assert await refusal(call) == "SERVICE_SECRET_INVALID"


def test_while_a_services_secret_is_replaced_both_count(identity: Identity) -> None:
    rotating = identity.service.settings.model_copy(
        update={"service_secrets": SecretStr("gateway:new, gateway:old,other:third")}
    )
    for secret in ("new", "old"):
        check_service_secret(rotating.secrets_by_service, "gateway", secret)
    with pytest.raises(DomainError):
        check_service_secret(rotating.secrets_by_service, "gateway", "third")


async def test_a_service_token_is_nobodys_account(identity: Identity) -> None:
    client = identity.client()
    answer = await client.call("IssueServiceToken", service="gateway", secret=GATEWAY_SECRET)
    client.token = answer.token
    assert await refusal(client.call("GetMe")) == "NOT_PERMITTED"


async def test_rotating_the_encryption_key_keeps_every_second_factor(identity: Identity) -> None:
    person = await identity.enrolled()
    new_first = KeyRing.from_setting(
        "k2:" + base64.b64encode(b"2" * 32).decode() + "," + ENCRYPTION_KEYS
    )
    only_new = KeyRing({"k2": b"2" * 32})
    async with identity.service.database.session() as session:
        assert await two_factor.reseal(session, new_first) > 0
        assert await signing_keys.reseal(session, new_first) > 0
    async with identity.service.database.session() as session:
        kept = await session.get(TwoFactor, UUID(person.user_id))
        assert kept is not None
        assert await two_factor.use_code(session, kept, identity.code(person), keys=only_new)
        # Back, for the tests that follow with the first key alone.
        both = KeyRing({"k1": b"1" * 32, "k2": b"2" * 32})
        await two_factor.reseal(session, both)
        await signing_keys.reseal(session, both)


def test_a_sealed_value_opens_only_where_it_belongs() -> None:
    ring = KeyRing({"k1": b"1" * 32})
    sealed = ring.seal(b"secret", context="row 1")
    assert ring.open(sealed, context="row 1") == b"secret"
    with pytest.raises(InvalidTag):
        ring.open(sealed, context="row 2")
    with pytest.raises(LookupError):
        KeyRing({"k2": b"2" * 32}).open(sealed, context="row 1")


def test_the_migrated_schema_is_the_models(database_urls: tuple[str, str]) -> None:
    engine = create_engine(database_urls[0])
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        assert compare_metadata(context, models.Table.metadata) == []
    engine.dispose()


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    return not (kind == "table" and name == "alembic_version")
