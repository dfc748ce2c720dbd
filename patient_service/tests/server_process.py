"""patient_service in a process of its own, for tests that measure or kill it.

Takes the settings of the service and TEST_PUBLIC_KEY (hex, Ed25519), which stands in for
auth_service; prints the port it serves on.
"""

import asyncio
import os
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from patient_service.main import PatientService, cursor_key
from patient_service.settings import Settings
from service_kit import logs
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.grpc_server import build_server
from service_kit.principal import TokenVerifier
from service_kit.settings import load


class OneKey:
    def __init__(self, public_key: str) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return self._key


class NothingRevoked:
    async def is_revoked(self, session_id: UUID) -> bool:
        return False


async def main() -> None:
    settings = load(Settings)
    logs.configure("patient_service", settings.log_level)
    blobs = Blobs(settings.image_store_url)
    cursors = Cursors(cursor_key(settings.secret_key.get_secret_value()))
    verifier = TokenVerifier(
        OneKey(os.environ["TEST_PUBLIC_KEY"]), NothingRevoked(), issuer="dermis", audience="dermis"
    )
    service = PatientService(Database(settings.database_url), blobs, cursors, verifier)
    server = build_server(service.add_servicers, verifier=verifier)
    port = server.add_insecure_port(f"127.0.0.1:{settings.grpc_port}")
    await server.start()
    print(port, flush=True)  # noqa: T201  the answer to whoever started this process
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main())
