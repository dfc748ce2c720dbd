"""Tokens that must not count, made with all that an attacker could know, and more."""

import json
import time
from collections.abc import Callable
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth_service.credentials.encryption import KeyRing
from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests.problems import assert_problem

Forge = Callable[..., str]


@pytest.fixture(scope="module")
def real_token(clinician: Clinician) -> str:
    return str(clinician.http.headers["Authorization"]).removeprefix("Bearer ")


@pytest.fixture(scope="module")
def signing_key(stack: Stack) -> Ed25519PrivateKey:
    """The real private key, which nobody outside auth_service ever has."""
    with stack.postgres.connect("auth") as connection:
        row = connection.execute(
            "SELECT kid, private_key FROM signing_keys ORDER BY signs_from LIMIT 1"
        ).fetchone()
    assert row
    kid, sealed = row
    assert isinstance(sealed, bytes)
    ring = KeyRing.from_setting(stack.services.secrets.encryption_keys)
    raw = ring.open(sealed, context=f"signing_keys.private_key:{kid}")
    return Ed25519PrivateKey.from_private_bytes(raw)


@pytest.fixture(scope="module")
def forge(real_token: str, signing_key: Ed25519PrivateKey) -> Forge:
    """A copy of a real token, signed for real, with other claims where given."""

    def made(*, key: Any = signing_key, algorithm: str = "EdDSA", **claims: object) -> str:
        original = jwt.decode(real_token, options={"verify_signature": False})
        header = jwt.get_unverified_header(real_token)
        return jwt.encode(
            original | claims, key, algorithm=algorithm, headers={"kid": header["kid"]}
        )

    return made


async def test_a_faithful_copy_counts(clinician: Clinician, forge: Forge) -> None:
    answer = await _me(clinician, forge())
    assert answer.status_code == 200  # so the refusals below are for the one thing that differs


async def test_an_expired_token_is_refused(clinician: Clinician, forge: Forge) -> None:
    past = int(time.time()) - 3600
    answer = await _me(clinician, forge(iat=past - 600, exp=past))
    assert_problem(answer, 401, "TOKEN_EXPIRED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_signed_with_a_foreign_key_is_refused(
    clinician: Clinician, forge: Forge
) -> None:
    token = forge(key=Ed25519PrivateKey.generate())
    assert_problem(await _me(clinician, token), 401, "TOKEN_INVALID")


async def test_a_token_without_signature_is_refused(clinician: Clinician, forge: Forge) -> None:
    token = forge(key=None, algorithm="none")
    assert_problem(await _me(clinician, token), 401, "TOKEN_INVALID")


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    clinician: Clinician, forge: Forge, signing_key: Ed25519PrivateKey
) -> None:
    token = forge(key=signing_key.public_key().public_bytes_raw(), algorithm="HS256")
    assert_problem(await _me(clinician, token), 401, "TOKEN_INVALID")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-product"},
        {"iss": "somebody-else"},
        {"aud": None},
        {"role": "superuser"},
        {"typ": "refresh"},
        {"sub": "not-an-id"},
        {"nbf": 4_000_000_000},
    ],
    ids=json.dumps,
)
async def test_a_token_for_something_else_is_refused(
    clinician: Clinician, forge: Forge, claims: dict[str, object]
) -> None:
    assert_problem(await _me(clinician, forge(**claims)), 401, "TOKEN_INVALID")


async def test_a_changed_payload_breaks_the_signature(clinician: Clinician, forge: Forge) -> None:
    header, _, signature = forge().split(".")
    _, payload, _ = forge(role="admin").split(".")
    token = f"{header}.{payload}.{signature}"
    assert_problem(await _me(clinician, token), 401, "TOKEN_INVALID")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic bm9vcjpw", "Bearer a b c"])
async def test_a_header_that_holds_no_token_is_refused(clinician: Clinician, header: str) -> None:
    answer = await clinician.http.get("/users/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["reason"] in ("TOKEN_INVALID", "SIGN_IN_REQUIRED")


async def test_the_service_that_owns_the_data_checks_the_token_again(
    stack: Stack, forge: Forge
) -> None:
    for token in (forge(aud="another-product"), forge(key=Ed25519PrivateKey.generate())):
        async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.services.patient}") as channel:
            patients: Any = patient_pb2_grpc.PatientServiceStub(channel)
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await patients.ListPatients(
                    pb.ListPatientsRequest(), metadata=[("authorization", f"Bearer {token}")]
                )
        assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def _me(clinician: Clinician, token: str) -> Any:
    return await clinician.http.get("/users/me", headers={"Authorization": f"Bearer {token}"})
