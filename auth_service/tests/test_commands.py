"""The operator's commands, run as an operator runs them."""

import base64
import os
import subprocess
import sys

from auth_service.settings import Settings
from auth_service.tests.conftest import ENCRYPTION_KEYS, Identity

SECOND_KEY = "k2:" + base64.b64encode(b"2" * 32).decode()


def run(settings: Settings, command: str, keys: str = ENCRYPTION_KEYS) -> tuple[int, str]:
    """Exit status and output of `python -m auth_service <command>`."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "test",
        "REDIS_URL": settings.redis_url,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "ENCRYPTION_KEYS": keys,
    }
    done = subprocess.run(
        [sys.executable, "-m", "auth_service", command],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


async def test_rotating_the_signing_key_by_command_signs_nobody_out(
    identity: Identity, settings: Settings
) -> None:
    person = await identity.enrolled()
    status, said = run(settings, "rotate-signing-key")
    assert status == 0, said
    kid = said.strip().removeprefix("New signing key ").removesuffix(".")
    identity.service.signing_keys._loaded_at = float("-inf")
    keys = (await identity.client().call("GetSigningKeys")).keys
    assert kid in {key.kid for key in keys}
    await person.client.call("GetMe")


async def test_rotating_the_encryption_key_by_command_keeps_second_factors(
    identity: Identity, settings: Settings
) -> None:
    person = await identity.enrolled()
    status, said = run(settings, "rotate-encryption-key", f"{SECOND_KEY},{ENCRYPTION_KEYS}")
    assert (status, "re-encrypted" in said) == (0, True), said
    # And back, which needs the second key to open what it has sealed.
    status, said = run(settings, "rotate-encryption-key", f"{ENCRYPTION_KEYS},{SECOND_KEY}")
    assert (status, said.startswith("0 ")) == (0, False), said
    challenge = await identity.challenge(person)
    code = identity.code(person)
    await person.client.call("VerifyTwoFactor", challenge_token=challenge, code=code)


def test_the_audit_is_verified_by_command(identity: Identity, settings: Settings) -> None:
    status, said = run(settings, "verify-audit")
    assert (status, "are intact" in said) == (0, True), said
