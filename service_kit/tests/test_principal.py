"""Who gets in with which token."""

import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from dermis.options.v1 import access_pb2
from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.principal import (
    TokenVerifier,
    granted_permissions,
    require,
    set_current_principal,
)

KEY = Ed25519PrivateKey.generate()
ENDED_SESSION = uuid4()


class OneKey:
    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return KEY.public_key() if kid == "k1" else None


class OneEndedSession:
    async def is_revoked(self, session_id: UUID) -> bool:
        return session_id == ENDED_SESSION


VERIFIER = TokenVerifier(OneKey(), OneEndedSession(), issuer="dermis", audience="dermis")


def claims(**changes: Any) -> dict[str, Any]:
    moment = int(time.time())
    return {
        "iss": "dermis", "aud": "dermis", "sub": str(uuid4()), "sid": str(uuid4()),
        "role": "clinician", "clinic": str(uuid4()), "typ": "access", "iat": moment,
        "exp": moment + 600,
    } | changes  # fmt: skip


def signed(content: dict[str, Any], key: Any = KEY, kid: str = "k1", alg: str = "EdDSA") -> str:
    return jwt.encode(content, key, algorithm=alg, headers={"kid": kid})


async def refusal(token: str) -> str:
    with pytest.raises(DomainError) as error:
        await VERIFIER.verify(token)
    assert error.value.code == Code.UNAUTHENTICATED
    return error.value.reason


async def test_a_token_of_ours_names_its_caller() -> None:
    content = claims()
    principal = await VERIFIER.verify(signed(content))
    assert str(principal.user_id) == content["sub"]
    assert principal.role == access_pb2.ROLE_CLINICIAN


async def test_an_expired_token_is_refused() -> None:
    assert await refusal(signed(claims(exp=int(time.time()) - 60))) == "TOKEN_EXPIRED"


@pytest.mark.parametrize("skew", [-29, 29])
async def test_clocks_may_differ_by_thirty_seconds(skew: int) -> None:
    moment = int(time.time()) + skew
    await VERIFIER.verify(signed(claims(iat=moment, exp=moment + 30)))


async def test_a_foreign_key_is_refused() -> None:
    assert await refusal(signed(claims(), Ed25519PrivateKey.generate())) == "TOKEN_INVALID"
    assert await refusal(signed(claims(), kid="unknown")) == "TOKEN_INVALID"


async def test_alg_none_is_refused() -> None:
    assert await refusal(signed(claims(), None, alg="none")) == "TOKEN_INVALID"


async def test_the_public_key_used_as_a_symmetric_secret_is_refused() -> None:
    raw = KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    assert await refusal(signed(claims(), raw, alg="HS256")) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "change",
    [{"aud": "other"}, {"iss": "other"}, {"typ": "refresh"}, {"role": "root"}, {"sub": "42"}],
)
async def test_a_token_for_something_else_is_refused(change: dict[str, str]) -> None:
    assert await refusal(signed(claims(**change))) == "TOKEN_INVALID"


@pytest.mark.parametrize("missing", ["exp", "sid", "role", "typ", "sub", "aud", "iss"])
async def test_a_token_without_a_claim_is_refused(missing: str) -> None:
    content = claims()
    del content[missing]
    assert await refusal(signed(content)) == "TOKEN_INVALID"


async def test_an_ended_session_is_refused() -> None:
    assert await refusal(signed(claims(sid=str(ENDED_SESSION)))) == "SESSION_ENDED"


@given(st.text())
async def test_any_text_in_place_of_a_token_is_refused(text: str) -> None:
    assert await refusal(text) == "TOKEN_INVALID"


async def test_an_enrolment_token_opens_nothing_but_enrolment() -> None:
    set_current_principal(await VERIFIER.verify(signed(claims(typ="enrolment"))))
    require(access_pb2.PERMISSION_SIGNED_IN)
    with pytest.raises(DomainError, match="TWO_FACTOR_SETUP_REQUIRED"):
        require(access_pb2.PERMISSION_READ_PATIENTS)


async def test_a_method_that_names_no_permission_is_denied_to_everyone() -> None:
    for role in ("clinician", "ml_engineer", "admin"):
        set_current_principal(await VERIFIER.verify(signed(claims(role=role))))
        with pytest.raises(DomainError, match="NOT_PERMITTED"):
            require(access_pb2.PERMISSION_UNSPECIFIED)


def test_only_clinicians_see_patients() -> None:
    may_read = {
        role
        for role in access_pb2.Role.values()
        if access_pb2.PERMISSION_READ_PATIENTS in granted_permissions(role)
    }
    assert may_read == {access_pb2.ROLE_CLINICIAN}


class Keys:
    """Keys that can be withdrawn; says how often each was asked for."""

    def __init__(self) -> None:
        self.published = {"k1": KEY.public_key()}

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return self.published.get(kid)


async def test_a_token_that_was_good_is_refused_once_its_key_is_withdrawn() -> None:
    keys, token = Keys(), signed(claims())
    verifier = TokenVerifier(keys, OneEndedSession(), issuer="dermis", audience="dermis")
    assert (await verifier.verify(token)) == (await verifier.verify(token))
    keys.published.clear()
    with pytest.raises(DomainError) as error:
        await verifier.verify(token)
    assert error.value.reason == "TOKEN_INVALID"


async def test_a_token_that_was_good_is_refused_once_it_has_expired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = signed(claims())
    assert await VERIFIER.verify(token)
    later = datetime.now(UTC) + timedelta(minutes=11)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(later.timestamp(), tz)

    monkeypatch.setattr("service_kit.clock.now", lambda: later)
    monkeypatch.setattr("jwt.api_jwt.datetime", Later)
    assert await refusal(token) == "TOKEN_EXPIRED"


async def test_a_token_that_was_good_is_refused_once_its_session_has_ended() -> None:
    session = uuid4()
    token, ended = signed(claims(sid=str(session))), set[UUID]()

    class Sessions:
        async def is_revoked(self, session_id: UUID) -> bool:
            return session_id in ended

    verifier = TokenVerifier(OneKey(), Sessions(), issuer="dermis", audience="dermis")
    assert (await verifier.verify(token)).session_id == session
    ended.add(session)
    with pytest.raises(DomainError) as error:
        await verifier.verify(token)
    assert error.value.reason == "SESSION_ENDED"


def handed(**changes: Any) -> dict[str, Any]:
    return claims(typ="handoff", patient=str(uuid4()), lesion=str(uuid4())) | changes


@given(role=st.sampled_from(["clinician", "ml_engineer", "admin", "service"]))
async def test_a_hand_offs_token_opens_handing_in_and_nothing_else_whatever_its_role(
    role: str,
) -> None:
    principal = await VERIFIER.verify(signed(handed(role=role)))
    opened = {named for named in access_pb2.Permission.values() if principal.may(named)}
    assert opened == {access_pb2.PERMISSION_PUBLIC, access_pb2.PERMISSION_HAND_IN_PHOTOS}


@given(
    role=st.sampled_from(["clinician", "ml_engineer", "admin", "service"]),
    kind=st.sampled_from(["access", "enrolment", "service"]),
)
async def test_nobody_but_a_hand_offs_phone_hands_in(role: str, kind: str) -> None:
    principal = await VERIFIER.verify(signed(handed(role=role, typ=kind)))
    assert not principal.may(access_pb2.PERMISSION_HAND_IN_PHOTOS)
    assert principal.target is None


@given(
    claim=st.sampled_from(["patient", "lesion"]),
    value=st.one_of(st.none(), st.text(max_size=40), st.integers(), st.lists(st.text())),
)
async def test_a_hand_offs_token_names_its_lesion_or_is_none(claim: str, value: Any) -> None:
    assert await refusal(signed(handed(**{claim: value}))) == "TOKEN_INVALID"
    without = handed()
    del without[claim]
    assert await refusal(signed(without)) == "TOKEN_INVALID"
