"""auth_service on real PostgreSQL and Redis, with a mail server that keeps what it gets."""

import base64
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any

import grpc
import pyotp
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from auth_service import main
from auth_service.main import AuthService
from auth_service.people import accounts
from auth_service.people.accounts import OperatorMadeAccount
from auth_service.people.roles import Role
from auth_service.session import signing_keys
from auth_service.settings import Settings
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from local_stack.components.ports import free_port
from service_kit import migrations
from service_kit.background import in_background
from service_kit.errors import DomainError
from service_kit.grpc_server import build_server

PASSWORD = "seven-lemons-in-autumn-rain"
ENCRYPTION_KEYS = "k1:" + base64.b64encode(b"1" * 32).decode()
GATEWAY_SECRET = "gateway-secret-" + "g" * 32
NUMBERS = count(1)
TOTP_SECONDS = 30
END_OF_STEP_SECONDS = 2.0


@dataclass
class Mailbox:
    """What the mail server took; `refusing` makes it say no."""

    messages: list[EmailMessage] = field(default_factory=list)
    refusing: bool = False

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        if self.refusing:
            return "451 not now"
        content = envelope.original_content or b""
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [m for m in self.messages if m["To"] == address]

    def newest_token(self, address: str) -> str:
        return self.token(self.to(address)[-1])

    def token(self, message: EmailMessage) -> str:
        body = message.get_body(("plain",))
        assert body is not None
        found = re.search(r"#token=(\S+)", body.get_content())
        assert found, body.get_content()
        return found.group(1)


@dataclass
class Client:
    """A person's device: calls with its address, and its token once signed in."""

    channel: grpc.aio.Channel
    address: str = "198.51.100.7"
    token: str = ""
    agent: str = "Firefox"
    device: str = ""

    def __post_init__(self) -> None:
        self._stubs = [
            auth_pb2_grpc.AuthServiceStub(self.channel),
            auth_pb2_grpc.AccountServiceStub(self.channel),
            auth_pb2_grpc.AdminServiceStub(self.channel),
            auth_pb2_grpc.ClinicServiceStub(self.channel),
            auth_pb2_grpc.HandoffServiceStub(self.channel),
            auth_pb2_grpc.AuditServiceStub(self.channel),
        ]

    async def call(self, method: str, **fields: Any) -> Any:
        """Call an RPC by its name; errors come as `DomainError`."""
        stub = next(s for s in self._stubs if hasattr(s, method))
        request = getattr(auth_pb2, f"{method}Request")(**fields)
        metadata = [
            ("x-client-address", self.address),
            ("x-client-agent", self.agent),
            ("x-client-device", self.device),
        ]
        if self.token:
            metadata.append(("authorization", f"Bearer {self.token}"))
        try:
            return await getattr(stub, method)(request, metadata=metadata, timeout=20)
        except grpc.aio.AioRpcError as error:
            raise DomainError.from_rpc(error) from None


@dataclass
class Person:
    """An account in a test, with everything its owner knows."""

    email: str
    password: str
    client: Client
    secret: str = ""
    recovery_codes: list[str] = field(default_factory=list)
    refresh_token: str = ""
    user_id: str = ""
    clinic_id: str = ""

    def signed_in(self, tokens: auth_pb2.Tokens) -> None:
        self.client.token = tokens.access_token
        self.refresh_token = tokens.refresh_token


class Clock:
    """Lets TOTP steps pass without waiting."""

    def __init__(self) -> None:
        self.steps = 0


@dataclass
class Identity:
    """A running auth_service."""

    service: AuthService
    channel: grpc.aio.Channel
    mailbox: Mailbox
    owner_url: str

    def client(self, address: str = "") -> Client:
        number = next(NUMBERS)
        return Client(self.channel, address or f"10.{number >> 8}.{number & 255}.1")

    async def deliver(self) -> None:
        """Send everything that lies in the outbox."""
        while await self.service.mail_sender.send_due():
            pass

    async def registered(self) -> Person:
        """Somebody who has registered and verified the address."""
        email = f"person{next(NUMBERS)}@clinic.example"
        person = Person(email, PASSWORD, self.client())
        await person.client.call(
            "Register", email=email, password=PASSWORD, full_name="Ada Byron", clinic_name="Clinic"
        )
        await self.deliver()
        await person.client.call("VerifyEmail", token=self.mailbox.newest_token(email))
        return person

    async def enrolled(self) -> Person:
        """A clinician who is signed in with a second factor."""
        person = await self.registered()
        await self.enrol(person)
        return person

    async def enrol(self, person: Person) -> None:
        answer = await person.client.call("Login", email=person.email, password=person.password)
        person.client.token = answer.two_factor_setup_required.enrolment_token
        person.secret = (await person.client.call("SetUpTwoFactor")).secret
        confirmed = await person.client.call("ConfirmTwoFactor", code=self.code(person, steps=-1))
        person.recovery_codes = list(confirmed.recovery_codes)
        person.signed_in(confirmed.tokens)
        me = (await person.client.call("GetMe")).user
        person.user_id, person.clinic_id = me.id, me.clinic_id

    async def admin(self) -> Person:
        """An administrator who is signed in."""
        email = f"admin{next(NUMBERS)}@dermis.example"
        first = OperatorMadeAccount(
            email=email, full_name="Root", password=PASSWORD, role=Role.ADMIN
        )
        async with self.service.database.session() as session:
            await accounts.create(session, first, passwords=self.service.authenticator.passwords)
        person = Person(email, PASSWORD, self.client())
        await self.enrol(person)
        return person

    def code(self, person: Person, steps: int = 0) -> str:
        """A TOTP code, `steps` of 30 seconds from now."""
        # At the very end of a step a code from outside the next one would be a step off when read.
        left = TOTP_SECONDS - time.time() % TOTP_SECONDS
        if steps not in (0, 1) and left < END_OF_STEP_SECONDS:
            time.sleep(left)
        return pyotp.TOTP(person.secret).at(time.time() + TOTP_SECONDS * steps)

    async def challenge(self, person: Person) -> str:
        """Give the password; answers the challenge token."""
        answer = await person.client.call("Login", email=person.email, password=person.password)
        token: str = answer.two_factor_required.challenge_token
        assert token
        return token


@pytest.fixture(scope="session")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="session")
def database_urls(postgres: Any) -> tuple[str, str]:
    owner_url, app_url = postgres.create_database("auth", "dermis_auth_owner", "dermis_auth")
    app_role = app_url.split("//")[1].split(":")[0]
    migrations.migrate("auth_service", owner_url, app_role=app_role)
    return owner_url, app_url


@pytest.fixture(scope="session")
def settings(
    database_urls: tuple[str, str], redis_url: str, mailbox: tuple[Mailbox, int]
) -> Settings:
    return Settings(
        environment="test",
        redis_url=redis_url,
        database_url=database_urls[1],
        secret_key="s" * 40,
        encryption_keys=ENCRYPTION_KEYS,
        service_secrets=f"gateway:{GATEWAY_SECRET}",
        smtp_host="127.0.0.1",
        smtp_port=mailbox[1],
        smtp_security="none",
        mail_from="Dermis <no-reply@dermis.example>",
    )


@pytest.fixture(scope="session")
async def identity(
    settings: Settings, database_urls: tuple[str, str], mailbox: tuple[Mailbox, int]
) -> AsyncIterator[Identity]:
    service = main.build(settings)
    async with service.database.session() as session:
        await signing_keys.make_first(session, service.keys)
    server = build_server(service.add_servicers, verifier=service.verifier)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with (
        in_background(service.announcer.run()),
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield Identity(service, channel, mailbox[0], database_urls[0])
    await server.stop(1)
    service.authenticator.passwords.close()
    await service.database.close()
    await service.redis.aclose()
