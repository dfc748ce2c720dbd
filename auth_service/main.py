"""The single place where auth_service is put together."""

from dataclasses import dataclass
from datetime import timedelta

import grpc
from redis.asyncio import Redis

from auth_service import backup_age, cleanup
from auth_service.credentials.attempts import Attempts
from auth_service.credentials.encryption import KeyRing, derive_key
from auth_service.credentials.passwords import Passwords
from auth_service.credentials.sign_in import Authenticator
from auth_service.mail import queue_metrics
from auth_service.mail.sender import MailSender
from auth_service.servicers.account import AccountServicer
from auth_service.servicers.admin import AdminServicer
from auth_service.servicers.audit import AuditServicer
from auth_service.servicers.auth import AuthServicer
from auth_service.servicers.clinic import ClinicServicer
from auth_service.servicers.handoffs import HandoffServicer
from auth_service.servicers.reminders import ReminderServicer
from auth_service.session import handoffs, signing_keys
from auth_service.session.revocations import Announcer, OwnRevocations
from auth_service.session.sessions import SessionPolicy
from auth_service.session.signing_keys import SigningKeys
from auth_service.session.tokens import TokenSigner
from auth_service.settings import Settings
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit import grpc_server
from service_kit.background import in_background
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.principal import TokenVerifier
from service_kit.redis_client import open_redis
from service_kit.remembered_revocations import RememberedRevocations

NAME = "auth_service"
SERVICES = [s.full_name for s in auth_pb2.DESCRIPTOR.services_by_name.values()]


@dataclass(frozen=True)
class AuthService:
    """auth_service's parts, wired.

    Attributes:
        revocations, announcer, mail_sender: `serve` runs their loops in the background.
        verifier: reads the tokens that callers show.
    """

    settings: Settings
    database: Database
    redis: Redis
    keys: KeyRing
    signing_keys: SigningKeys
    revocations: RememberedRevocations
    verifier: TokenVerifier
    authenticator: Authenticator
    announcer: Announcer
    mail_sender: MailSender

    def add_servicers(self, server: grpc.aio.Server) -> None:
        """Register every servicer on a server."""
        settings = self.settings
        cursors = Cursors(_derived(settings, "cursors"))
        signer = TokenSigner(
            self.signing_keys,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            life=settings.access_token_life,
        )
        auth_pb2_grpc.add_AuthServiceServicer_to_server(
            AuthServicer(
                database=self.database,
                authenticator=self.authenticator,
                signer=signer,
                signing_keys=self.signing_keys,
                service_secrets=settings.secrets_by_service,
            ),
            server,
        )
        auth_pb2_grpc.add_AccountServiceServicer_to_server(
            AccountServicer(
                database=self.database,
                authenticator=self.authenticator,
                signer=signer,
                cursors=cursors,
            ),
            server,
        )
        auth_pb2_grpc.add_AdminServiceServicer_to_server(
            AdminServicer(
                database=self.database,
                cursors=cursors,
                two_factor_by_role=settings.require_two_factor,
            ),
            server,
        )
        auth_pb2_grpc.add_ClinicServiceServicer_to_server(
            ClinicServicer(database=self.database), server
        )
        auth_pb2_grpc.add_HandoffServiceServicer_to_server(
            HandoffServicer(self.database, signer, settings.public_url), server
        )
        auth_pb2_grpc.add_ReminderServiceServicer_to_server(ReminderServicer(self.database), server)
        auth_pb2_grpc.add_AuditServiceServicer_to_server(
            AuditServicer(database=self.database, cursors=cursors), server
        )


def build(settings: Settings) -> AuthService:
    """Wire the parts; nothing is connected yet."""
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    redis = open_redis(settings.redis_url)
    keys = KeyRing.from_setting(settings.encryption_keys.get_secret_value())
    own_keys = SigningKeys(database, keys)
    revocations = RememberedRevocations(OwnRevocations(database), redis)
    attempts = Attempts(database, _derived(settings, "attempts"))
    return AuthService(
        settings=settings,
        database=database,
        redis=redis,
        keys=keys,
        signing_keys=own_keys,
        revocations=revocations,
        verifier=TokenVerifier(
            own_keys,
            revocations,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
        ),
        authenticator=Authenticator(
            passwords=Passwords(),
            attempts=attempts,
            keys=keys,
            policy=SessionPolicy(
                idle=timedelta(minutes=settings.session_idle_minutes),
                absolute=timedelta(hours=settings.session_hours),
                refresh_key=_derived(settings, "refresh tokens"),
            ),
            two_factor_by_role=settings.require_two_factor,
        ),
        announcer=Announcer(redis, database, token_life=settings.access_token_life),
        mail_sender=MailSender(database, settings, attempts),
    )


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM; mail, revocations, cleanup and metrics run in the background."""
    service = build(settings)
    async with service.database.session() as session:
        await signing_keys.make_first(session, service.keys)
    async with in_background(
        service.mail_sender.run(),
        service.announcer.run(),
        service.revocations.listen(),
        cleanup.run(service.database),
        handoffs.run(service.database),
        queue_metrics.OUTBOX.run(service.database),
        backup_age.run(service.database),
    ):
        await grpc_server.serve(
            settings,
            name=NAME,
            address=settings.address,
            add_servicers=service.add_servicers,
            database=service.database,
            verifier=service.verifier,
            services=SERVICES,
        )
    service.authenticator.passwords.close()
    await service.redis.aclose()


def _derived(settings: Settings, purpose: str) -> bytes:
    return derive_key(settings.secret_key.get_secret_value(), purpose)
