"""A real patient_service on a real PostgreSQL, and clinicians of two clinics who call it."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import grpc
import jwt
import numpy as np
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc as rpc
from patient_service.main import PatientService, cursor_key
from service_kit.blobs import Blobs
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.grpc_server import build_server
from service_kit.migrations import migrate
from service_kit.principal import TokenVerifier

SIGNING_KEY = Ed25519PrivateKey.generate()


class StaticKeys:
    async def key(self, kid: str) -> Ed25519PublicKey | None:
        return SIGNING_KEY.public_key() if kid == "test" else None


class NothingRevoked:
    async def is_revoked(self, session_id: UUID) -> bool:
        return False


def token(role: str = "clinician", clinic: UUID | None = None, **claims: Any) -> str:
    moment = datetime.now(UTC)
    content = {
        "iss": "dermis", "aud": "dermis", "sub": str(uuid4()), "sid": str(uuid4()),
        "role": role, "typ": "service" if role == "service" else "access",
        "iat": moment, "exp": moment + timedelta(minutes=10),
    }  # fmt: skip
    if clinic:
        content["clinic"] = str(clinic)
    return jwt.encode(content | claims, SIGNING_KEY, algorithm="EdDSA", headers={"kid": "test"})


@dataclass
class Caller:
    """Somebody who calls patient_service; a refusal is raised as `DomainError`."""

    address: str
    token: str
    clinic: UUID | None = None
    channel: grpc.aio.Channel = field(init=False)

    def __post_init__(self) -> None:
        self.channel = grpc.aio.insecure_channel(self.address)

    @property
    def metadata(self) -> list[tuple[str, str]]:
        return [("authorization", f"Bearer {self.token}"), ("x-client-address", "192.0.2.7")]

    async def call(self, request: Any) -> Any:
        """Call the unary RPC that takes this request."""
        method = type(request).__name__.removesuffix("Request")
        try:
            return await getattr(self._stub(method), method)(request, metadata=self.metadata)
        except grpc.aio.AioRpcError as error:
            raise DomainError.from_rpc(error) from None

    async def parts(self, request: Any) -> list[Any]:
        """Call the server-streaming RPC that takes this request."""
        method = type(request).__name__.removesuffix("Request")
        try:
            stream = getattr(self._stub(method), method)(request, metadata=self.metadata)
            return [part async for part in stream]
        except grpc.aio.AioRpcError as error:
            raise DomainError.from_rpc(error) from None

    async def send(self, messages: list[pb.AddImageRequest]) -> pb.AddImageResponse:
        try:
            stub = rpc.ImageServiceStub(self.channel)
            return await stub.AddImage(iter(messages), metadata=self.metadata)
        except grpc.aio.AioRpcError as error:
            raise DomainError.from_rpc(error) from None

    async def upload(self, data: bytes, **header: Any) -> pb.AddImageResponse:
        messages = [pb.AddImageRequest(header=pb.ImageHeader(**header))]
        size = 64 * 1024
        messages += [
            pb.AddImageRequest(chunk=data[start : start + size])
            for start in range(0, len(data), size)
        ]
        return await self.send(messages)

    async def add_patient(self, **profile: Any) -> pb.Patient:
        profile = {"record_number": f"R-{uuid4().hex[:12]}", "full_name": "Ana Weiß"} | profile
        request = pb.CreatePatientRequest(profile=pb.PatientProfile(**profile))
        return (await self.call(request)).patient

    async def add_lesion(self, patient_id: str, **profile: Any) -> pb.Lesion:
        request = pb.CreateLesionRequest(patient_id=patient_id, profile=pb.LesionProfile(**profile))
        return (await self.call(request)).lesion

    def _stub(self, method: str) -> Any:
        service = SERVICE_OF[method]
        return getattr(rpc, f"{service}Stub")(self.channel)


SERVICE_OF = {
    method.name: service.name
    for service in pb.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


@dataclass
class Service:
    """The running service and what lies under it."""

    address: str
    owner_url: str
    app_url: str
    blobs: Blobs
    images: Path

    def clinician(self, clinic: UUID | None = None, **claims: Any) -> Caller:
        clinic = clinic or uuid4()
        return Caller(self.address, token(clinic=clinic, **claims), clinic)

    def caller(self, role: str, **claims: Any) -> Caller:
        return Caller(self.address, token(role=role, **claims))

    def raw(self, *, as_owner: bool = False) -> psycopg.Connection[Any]:
        """A plain connection, past the service."""
        url = self.owner_url if as_owner else self.app_url
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(scope="session")
async def service(postgres: Any, tmp_path_factory: Any) -> AsyncIterator[Service]:
    owner_url, app_url = postgres.create_database(
        "patients", "dermis_patient_owner", "dermis_patient"
    )
    app_role = app_url.split("//")[1].split(":")[0]
    migrate("patient_service", owner_url, app_role=app_role)
    folder = tmp_path_factory.mktemp("images")
    blobs = Blobs(f"file://{folder}")
    database = Database(app_url)
    verifier = TokenVerifier(StaticKeys(), NothingRevoked(), issuer="dermis", audience="dermis")
    cursors = Cursors(cursor_key("a secret of the tests, long enough"))
    parts = PatientService(database, blobs, cursors, verifier)
    server = build_server(parts.add_servicers, verifier=verifier)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield Service(f"127.0.0.1:{port}", owner_url, app_url, blobs, folder)
    await server.stop(1)
    await database.close()


@pytest.fixture
def clinician(service: Service) -> Caller:
    """A clinician of a clinic of its own."""
    return service.clinician()


@pytest.fixture
def stranger(service: Service) -> Caller:
    """A clinician of another clinic."""
    return service.clinician()


@pytest.fixture
def completer(service: Service) -> Caller:
    """The gateway's completion loop."""
    return service.caller("service")


@pytest.fixture(scope="session")
def photo() -> bytes:
    return make_photo(seed=1)


def make_photo(seed: int, width: int = 765, height: int = 572, kind: str = "JPEG") -> bytes:
    """A picture of a dark blot on skin with fine texture."""
    chance = np.random.default_rng(seed)
    skin = chance.normal(0, 12, (height, width, 3)) + np.array([215, 170, 150])
    y, x = np.mgrid[:height, :width]
    blot = ((x - width / 2) ** 2 + (y - height / 2) ** 2) < (min(width, height) / 4) ** 2
    skin[blot] -= 90
    picture = Image.fromarray(skin.clip(0, 255).astype("uint8"))
    out = io.BytesIO()
    picture.save(out, kind, quality=90)
    return out.getvalue()


def finding(probability: float = 0.8, **changes: Any) -> pb.Finding:
    """A model's answer with a heatmap of 7 × 7."""
    heatmap = pb.Heatmap(
        rows=7, columns=7, values=[i / 49 for i in range(49)], target="malignant",
        method="grad-cam", layer="conv_head", maximum=1.0,
    )  # fmt: skip
    values: dict[str, Any] = {
        "label": "malignant", "probability_malignant": probability, "confidence": probability,
        "threshold": 0.3, "assessable": True, "model_name": "dermis", "model_version": "1.0.0",
        "heatmap": heatmap,
    } | changes  # fmt: skip
    return pb.Finding(**values)


@pytest.fixture
def refusal() -> Any:
    """`with refusal("REASON")`: the block must be refused for this reason."""

    class Refusal:
        def __init__(self, reason: str) -> None:
            self.reason = reason
            self.error: DomainError | None = None

        def __enter__(self) -> Self:
            return self

        def __exit__(self, kind: object, error: object, trace: object) -> bool:
            assert isinstance(error, DomainError), f"{self.reason} expected, got {error!r}"
            assert error.reason == self.reason, str(error)
            self.error = error
            return True

    return Refusal
