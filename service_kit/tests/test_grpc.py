"""A server and a channel as every service uses them, talking over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import grpc
import pytest
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from obstore.exceptions import GenericError

from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from dermis.options.v1 import access_pb2
from service_kit import clock, grpc_channel, grpc_server
from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.grpc_channel import open_channel
from service_kit.grpc_server import add_health, build_server, leave
from service_kit.principal import Principal, current_principal, set_current_principal
from service_kit.reasons import Reason
from service_kit.request_context import Request, request_id, set_current_request

ACCOUNT_SERVICE = "dermis.auth.v1.AccountService"


class NoDatabase:
    """Counts how transactions end; these tests are about what stands around them."""

    def __init__(self) -> None:
        self.committed = 0
        self.rolled_back = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[None]:
        try:
            yield
            self.committed += 1
        except BaseException:
            self.rolled_back += 1
            raise


class AcceptsToken:
    """Knows one token."""

    async def verify(self, token: str) -> Principal:
        if token != "good":
            raise DomainError(Reason.TOKEN_INVALID, "Sign in again.")
        return caller(token)


def caller(token: str) -> Principal:
    return Principal(
        uuid4(), uuid4(), access_pb2.ROLE_CLINICIAN, uuid4(), token, "access", clock.now()
    )


class Accounts(auth_pb2_grpc.AccountServiceServicer):
    """Answers by raising, echoing or failing, as the test sets it."""

    error: Exception | None = None
    hang = False
    seen: dict[str, Any]

    def __init__(self, database: NoDatabase) -> None:
        self._database = database

    async def GetMe(self, request: Any, context: Any) -> auth_pb2.GetMeResponse:
        async with self._database.session():
            if self.error:
                raise self.error
            if self.hang:
                await asyncio.Event().wait()
            self.seen = {
                "request_id": request_id(),
                "principal": current_principal(),
                "seconds_left": context.time_remaining(),
            }
        return auth_pb2.GetMeResponse()


def account_server(accounts: Accounts) -> grpc.aio.Server:
    return build_server(
        lambda server: auth_pb2_grpc.add_AccountServiceServicer_to_server(accounts, server),
        verifier=AcceptsToken(),  # type: ignore[arg-type]  # stands in for a verifier
    )


@pytest.fixture
async def served() -> AsyncIterator[tuple[Any, Accounts, Any]]:
    database = NoDatabase()
    # The other methods answer UNIMPLEMENTED, as generated.
    accounts = Accounts(database)  # type: ignore[abstract]  # only what the test calls is there
    server = account_server(accounts)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with open_channel(f"127.0.0.1:{port}", services=[ACCOUNT_SERVICE]) as channel:
        yield auth_pb2_grpc.AccountServiceStub(channel), accounts, database
    await server.stop(None)
    set_current_principal(None)


async def healthy_server(port: int) -> tuple[grpc.aio.Server, int]:
    """A server that only answers for its health, and its port; 0 takes a free one."""
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, port


async def ask_health(channel: grpc.aio.Channel) -> None:
    stub: Any = health_pb2_grpc.HealthStub(channel)
    await stub.Check(health_pb2.HealthCheckRequest())


async def failure(stub: Any) -> DomainError:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stub.GetMe(auth_pb2.GetMeRequest())
    return DomainError.from_rpc(error.value)


async def test_the_caller_and_the_request_travel_along(served: Any) -> None:
    stub, accounts, database = served
    set_current_principal(caller("good"))
    set_current_request(Request("request-0001"))
    await stub.GetMe(auth_pb2.GetMeRequest())
    assert accounts.seen["request_id"] == "request-0001"
    assert accounts.seen["principal"].token == "good"
    assert database.committed == 1


async def test_services_do_not_call_each_other_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As an operator sets it so that pip reaches its index; nobody listens there.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server, port = await healthy_server(0)
    async with open_channel(f"localhost:{port}", services=[]) as channel:
        await ask_health(channel)
    await server.stop(None)


async def test_every_call_has_a_deadline(served: Any) -> None:
    stub, accounts, _ = served
    set_current_principal(caller("good"))
    await stub.GetMe(auth_pb2.GetMeRequest())
    # gRPC counts from a clock that it reads now and then.
    assert 0 < accounts.seen["seconds_left"] < 5.5


async def test_a_call_without_a_token_is_refused_before_the_database(served: Any) -> None:
    stub, _, database = served
    set_current_principal(None)
    assert (await failure(stub)).reason == "SIGN_IN_REQUIRED"
    assert (database.committed, database.rolled_back) == (0, 0)


async def test_a_bad_token_is_refused(served: Any) -> None:
    stub, *_ = served
    set_current_principal(caller("forged"))
    assert (await failure(stub)).reason == "TOKEN_INVALID"


@pytest.mark.parametrize("code", list(Code))
async def test_a_rule_that_says_no_reaches_the_caller(served: Any, code: Code) -> None:
    stub, accounts, database = served
    set_current_principal(caller("good"))
    accounts.error = DomainError.relayed(code, "SOME_RULE", "Do it otherwise.")
    error = await failure(stub)
    assert (error.code, error.reason, error.message) == (code, "SOME_RULE", "Do it otherwise.")
    assert database.rolled_back >= 1


async def test_a_new_channel_does_not_wait_for_an_older_one_that_lost_its_server() -> None:
    server, port = await healthy_server(0)
    async with open_channel(f"127.0.0.1:{port}") as older:
        await ask_health(older)
        await server.stop(None)
        for _ in range(3):
            with pytest.raises(grpc.aio.AioRpcError):
                await ask_health(older)
        server, _ = await healthy_server(port)
        async with open_channel(f"127.0.0.1:{port}") as newer:
            await ask_health(newer)
    await server.stop(None)


async def test_a_store_that_is_away_is_told_as_such(served: Any) -> None:
    stub, accounts, _ = served
    set_current_principal(caller("good"))
    accounts.error = GenericError("http://store.internal refused")
    error = await failure(stub)
    assert (error.code, error.reason) == (Code.UNAVAILABLE, "STORE_UNAVAILABLE")
    assert error.retry_after
    assert "store.internal" not in error.message


async def test_a_call_that_its_caller_gave_up_is_logged_as_cancelled(served: Any) -> None:
    stub, accounts, database = served
    set_current_principal(caller("good"))
    accounts.hang = True
    with structlog.testing.capture_logs() as lines:
        with pytest.raises(grpc.aio.AioRpcError):
            await stub.GetMe(auth_pb2.GetMeRequest(), timeout=0.3)
        async with asyncio.timeout(60):
            while not database.rolled_back:
                await asyncio.sleep(0.05)
            while not (told := [line for line in lines if line["event"] == "rpc"]):
                await asyncio.sleep(0.05)
    assert told[0]["status"] == "CANCELLED"


async def test_a_replica_that_leaves_fails_no_call() -> None:
    accounts = Accounts(NoDatabase())  # type: ignore[abstract]  # only what the test calls is there
    servers, ports = [], []
    for _ in range(2):
        server = account_server(accounts)
        health_of = await add_health(server, [ACCOUNT_SERVICE])
        ports.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        servers.append((server, health_of))
    left = asyncio.Event()
    addresses = ",".join(f"127.0.0.1:{port}" for port in ports)
    async with open_channel(f"ipv4:{addresses}", services=[ACCOUNT_SERVICE]) as channel:
        stub: Any = auth_pb2_grpc.AccountServiceStub(channel)

        async def call_on() -> int:
            answered = 0
            while not left.is_set():
                await stub.GetMe(
                    auth_pb2.GetMeRequest(), metadata=[("authorization", "Bearer good")], timeout=60
                )
                answered += 1
            return answered

        async with asyncio.TaskGroup() as group:
            callers = [group.create_task(call_on()) for _ in range(8)]
            await asyncio.sleep(0.3)
            await leave(*servers[0])
            left.set()
    assert all(caller.result() for caller in callers)
    await servers[1][0].stop(None)


async def test_a_quiet_connection_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred times as often as in earnest, and without gRPC's own pause after two pings: what
    # takes minutes otherwise shows within seconds.
    often = dict(grpc_channel._OPTIONS)
    often |= {
        "grpc.keepalive_time_ms": often["grpc.keepalive_time_ms"] // 100,
        "grpc.http2.max_pings_without_data": 0,
    }
    monkeypatch.setattr(grpc_channel, "_OPTIONS", list(often.items()))
    # Of what the server allows, the same share.
    least = grpc_server.LEAST_MILLISECONDS_BETWEEN_PINGS // 100
    monkeypatch.setattr(grpc_server, "LEAST_MILLISECONDS_BETWEEN_PINGS", least)
    server = account_server(Accounts(NoDatabase()))  # type: ignore[abstract]  # only its health is asked
    await add_health(server, [ACCOUNT_SERVICE])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with open_channel(f"127.0.0.1:{port}", services=[ACCOUNT_SERVICE]) as channel:
        await channel.channel_ready()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                await channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
    await server.stop(None)


async def test_an_unexpected_error_tells_nothing_but_its_request(served: Any) -> None:
    stub, accounts, _ = served
    set_current_principal(caller("good"))
    set_current_request(Request("request-0002"))
    accounts.error = RuntimeError("password=hunter2")
    with structlog.testing.capture_logs() as lines:
        error = await failure(stub)
    assert error.code == Code.INTERNAL
    assert "request-0002" in error.message
    assert "hunter2" not in error.message
    (logged,) = [line for line in lines if line["event"] == "unexpected error"]
    assert (logged["log_level"], logged["exc_info"]) == ("error", True)
    assert logged["method"].endswith("/GetMe")
