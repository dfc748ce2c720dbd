"""Services that show each other certificates: strangers are refused, renewals need no restart."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio

from service_kit import clock
from service_kit.certificate_authority import LIFE, RENEW_BEFORE, make_certificates, renew_due
from service_kit.certificates import CertificateFolder
from service_kit.grpc_channel import open_channel

SECONDS = 60
SERVICES = ("auth_service", "gateway", "patient_service")


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[str]:
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(aio.HealthServicer(), server)
    port = server.add_secure_port("localhost:0", CertificateFolder(folder).server_credentials())
    await server.start()
    yield f"localhost:{port}"
    await server.stop(None)


async def ask(channel: grpc.aio.Channel) -> Any:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    return await stub.Check(health_pb2.HealthCheckRequest(), timeout=SECONDS, wait_for_ready=False)


async def refused(channel: grpc.aio.Channel) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await ask(channel)
    return error.value.code()


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    make_certificates(tmp_path, SERVICES)
    return tmp_path


async def test_services_of_one_authority_reach_each_other(certificates: Path) -> None:
    async with (
        serving(certificates / "auth_service") as address,
        open_channel(address, tls_folder=certificates / "gateway") as channel,
    ):
        await ask(channel)


async def test_a_peer_without_a_certificate_is_refused(certificates: Path) -> None:
    trusting = grpc.ssl_channel_credentials((certificates / "ca.crt").read_bytes())
    async with serving(certificates / "auth_service") as address:
        async with grpc.aio.secure_channel(address, trusting) as channel:
            assert await refused(channel) == grpc.StatusCode.UNAVAILABLE
        async with grpc.aio.insecure_channel(address) as channel:
            assert await refused(channel) == grpc.StatusCode.UNAVAILABLE


async def test_a_certificate_of_another_authority_is_refused(
    certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    make_certificates(elsewhere, SERVICES)
    # It trusts our authority, but shows a certificate of its own.
    (elsewhere / "gateway" / "ca.crt").write_bytes((certificates / "ca.crt").read_bytes())
    async with (
        serving(certificates / "auth_service") as address,
        open_channel(address, tls_folder=elsewhere / "gateway") as channel,
    ):
        assert await refused(channel) == grpc.StatusCode.UNAVAILABLE


async def test_certificates_are_renewed_without_a_restart(certificates: Path) -> None:
    async with (
        serving(certificates / "auth_service") as address,
        open_channel(address, tls_folder=certificates / "gateway") as channel,
    ):
        await ask(channel)
        # A new authority: whoever still showed or trusted the old one would be refused.
        for name in ("ca.crt", "ca.key"):
            (certificates / name).unlink()
        make_certificates(certificates, SERVICES)
        await ask(channel)
        async with open_channel(address, tls_folder=certificates / "patient_service") as another:
            await ask(another)


async def test_half_a_renewal_leaves_the_certificates_before(certificates: Path) -> None:
    folder = CertificateFolder(certificates / "gateway")
    before = folder.current()
    (certificates / "gateway" / "tls.key").unlink()
    assert folder.current() is before


def test_only_what_is_missing_or_ends_soon_is_renewed(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert renew_due(certificates, SERVICES) == []
    (certificates / "gateway" / "tls.crt").unlink()
    assert renew_due(certificates, SERVICES) == ["gateway"]
    before = (certificates / "ca.crt").read_bytes()
    later = clock.now() + LIFE - RENEW_BEFORE + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert renew_due(certificates, SERVICES) == list(SERVICES)
    assert (certificates / "ca.crt").read_bytes() == before


def test_an_authority_without_services_says_how_it_is_called() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "service_kit.certificate_authority"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "FOLDER SERVICE" in ended.stderr
    assert "Traceback" not in ended.stderr
