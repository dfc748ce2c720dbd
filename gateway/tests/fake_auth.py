"""auth_service as the gateway sees it: keys, sessions, and answers that a test sets."""

from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dermis.auth.v1 import auth_pb2 as pb
from dermis.auth.v1 import auth_pb2_grpc as rpc
from dermis.options.v1 import access_pb2
from gateway.tests.fake_service import FakeService
from service_kit.clock import now, to_timestamp

SIGNING_KEY = Ed25519PrivateKey.generate()


def tokens(refresh: str = "refresh-1") -> pb.Tokens:
    return pb.Tokens(
        access_token="access-1",
        access_expires_at=to_timestamp(now()),
        refresh_token=refresh,
        refresh_expires_at=to_timestamp(now()),
    )


def user(**fields: Any) -> pb.User:
    known: dict[str, Any] = {
        "id": "01a20817-f471-731e-896b-230f70989781", "email": "ada@clinic.example",
        "full_name": "Ada Okafor", "role": access_pb2.ROLE_CLINICIAN, "active": True,
        "created_at": to_timestamp(now()),
    }  # fmt: skip
    return pb.User(**(known | fields))


class FakeAuth(FakeService):
    """Signs with `SIGNING_KEY`; sessions in `ended` have ended."""

    def __init__(self) -> None:
        super().__init__(pb, rpc)
        self.ended: set[UUID] = set()
        self.own["CheckSession"] = lambda request: pb.CheckSessionResponse(
            revoked=UUID(request.session_id) in self.ended
        )
        key = SIGNING_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.answers["GetSigningKeys"] = pb.GetSigningKeysResponse(
            keys=[pb.SigningKey(kid="test", public_key=key)]
        )
        self.answers["GetMe"] = pb.GetMeResponse(user=user())
        self.own["CreateHandoff"] = lambda request: pb.CreateHandoffResponse(
            handoff=pb.Handoff(
                id=str(uuid4()), lesion_id=request.lesion_id, expires_at=to_timestamp(now())
            )
        )
        self.answers["IssueServiceToken"] = pb.IssueServiceTokenResponse(
            token="service-token", expires_at=to_timestamp(now())
        )
