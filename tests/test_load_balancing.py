"""Two replicas of each service behind one address share the calls, and one may go at any time."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from local_stack.api_client import Clinician
from local_stack.components.ports import free_port
from local_stack.components.service import Service, grpc_answers, http_answers
from local_stack.mailbox import Mailbox
from local_stack.secrets_file import load_or_make
from local_stack.stack import Stack
from tests.conftest import SETTINGS, new_sign_in, profile

CALLS = 40
# Until the gateway has connections to all.
BOTH_SECONDS = 120
COUNT = re.compile(r'^dermis_rpc_seconds_count\{code="OK",method="(\S+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Replica:
    """One process of a service, with its own port and its own metrics."""

    process: Service
    port: int
    metrics_port: int

    async def answered(self, method: str) -> float:
        """How many calls of a method it has answered well."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            text = (await client.get(f"http://127.0.0.1:{self.metrics_port}/metrics")).text
        return sum(float(count) for name, count in COUNT.findall(text) if name.endswith(method))


@dataclass(frozen=True)
class Pair:
    """A gateway before two replicas of each service."""

    url: str
    auth: list[Replica]
    patient: list[Replica]

    async def shares(self) -> dict[str, list[float]]:
        """How many calls each replica of each service has answered."""
        asked = {"/GetMe": self.auth, "/GetPatient": self.patient}
        return {
            method: [await replica.answered(method) for replica in replicas]
            for method, replicas in asked.items()
        }


@pytest.fixture
async def pair(stack: Stack) -> AsyncIterator[Pair]:
    auth_settings, patient_settings = stack._databases(load_or_make(stack.folder / "secrets.json"))
    auth_settings |= SETTINGS["auth_service"]
    async with AsyncExitStack() as running:

        async def replica(name: str, number: int, settings: dict[str, str]) -> Replica:
            port, metrics_port = free_port(), free_port()
            process = Service(
                f"{name}_{number}",
                [name, "serve"],
                environment=settings | {"GRPC_PORT": str(port), "METRICS_PORT": str(metrics_port)},
                log=stack.folder / "logs" / f"{name}_replica_{number}.log",
                port=port,
                answers=grpc_answers(port),
            )
            await running.enter_async_context(_started(process))
            return Replica(process, port, metrics_port)

        auth = [await replica("auth_service", number, auth_settings) for number in (1, 2)]
        patient = [await replica("patient_service", number, patient_settings) for number in (1, 2)]
        port = free_port()
        gateway = Service(
            "gateway_before_two",
            ["gateway"],
            environment=stack.services.gateway_service()
            | SETTINGS["gateway"]
            | {
                "PORT": str(port),
                "AUTH_ADDRESS": _behind_one_name(auth),
                "PATIENT_ADDRESS": _behind_one_name(patient),
            },
            log=stack.folder / "logs" / "gateway_before_two.log",
            port=port,
            answers=http_answers(port, "/api/readyz"),
        )
        await running.enter_async_context(_started(gateway))
        yield Pair(f"http://localhost:{port}", auth, patient)


async def test_two_replicas_share_the_calls_and_one_may_go(stack: Stack, pair: Pair) -> None:
    async with Clinician(pair.url, Mailbox(stack.mails)) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Two of Each")
        await clinician.sign_in(known, keep=lambda _: None)
        patient = await clinician.add_patient(profile())

        async def work() -> None:
            await clinician.call("GET", f"/patients/{patient}")
            await clinician.call("GET", "/users/me")

        async with asyncio.timeout(BOTH_SECONDS):
            while not all(all(shares) for shares in (await pair.shares()).values()):
                await work()
        before = await pair.shares()
        for _ in range(CALLS):
            await work()
        for name, now in (await pair.shares()).items():
            shares = [many - few for many, few in zip(now, before[name], strict=True)]
            assert sum(shares) >= CALLS
            # In turn: neither has less than a third.
            assert min(shares) >= CALLS / 3, (name, shares)

        leaving = asyncio.gather(pair.auth[0].process.stop(), pair.patient[0].process.stop())
        while not leaving.done():
            await work()
        await leaving
        for _ in range(CALLS):
            await work()


@asynccontextmanager
async def _started(process: Service) -> AsyncIterator[None]:
    try:
        await process.start()
        yield
    finally:
        await process.stop()


def _behind_one_name(replicas: list[Replica]) -> str:
    """What a headless service's name resolves to: every replica's address."""
    return "ipv4:" + ",".join(f"127.0.0.1:{replica.port}" for replica in replicas)
