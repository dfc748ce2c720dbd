"""TorchServe's inference API as the gateway and the followers call it. No torch.

By REST: TorchServe's gRPC drops a handler's status and headers.
"""

import json
from typing import Any

import aiohttp
from pydantic import ValidationError

from serving.contract.findings import Finding

TARGET_HEADER = "x-dermis-target"
CONNECT_SECONDS = 1.0


class TorchServeError(Exception):
    """TorchServe gave no valid answer; the subclasses say why."""


class TorchServeAway(TorchServeError):
    """Not reachable, too slow, full, or without a working worker: try again later."""


class TokenRefused(TorchServeAway):
    """TorchServe has new tokens (it restarted, or an hour has passed): read the registry again."""


class TorchServeFull(TorchServeAway):
    """Its queue is full: it is healthy, and another may have room now."""


class ModelMissing(TorchServeError):
    """This TorchServe doesn't serve the model version (any more)."""


class ImageRefused(TorchServeError):
    """The handler refused the photo."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class HandlerFailed(TorchServeError):
    """The handler raised, or returned something that is no finding.

    Attributes:
        version: that was asked; "" where nobody has said.
    """

    version = ""


class InferenceClient:
    """Asks one or many TorchServes for findings, over persistent connections.

    With aiohttp: every assessment passes here, and httpx costs 1 ms more. Create it inside the
    event loop that will use it.
    """

    def __init__(self, *, connections: int = 64) -> None:
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections),
            trust_env=False,
            # TorchServe hands every header to its worker, which reads each in four system calls.
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )

    async def predict(
        self,
        address: str,
        token: str,
        *,
        model: str,
        version: str,
        image: bytes,
        seconds: float,
        target: str = "",
        headers: dict[str, str] | None = None,
    ) -> Finding:
        """Ask one TorchServe about one photo.

        Args:
            address: `http://host:port` of the inference API.
            token: its current inference token.
            model: the model's name.
            version: the one that must answer, as `Replica.registered` names it.
            image: JPEG or PNG bytes.
            seconds: deadline of the whole call.
            target: class whose heatmap is wanted; the predicted one when empty.
            headers: trace context to pass on.

        Raises:
            TorchServeError: one of its subclasses.
        """
        sent = _headers(token, target) | (headers or {})
        deadline = aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds))
        try:
            async with self._http.post(
                f"{address}/predictions/{model}/{version}",
                data=image,
                headers=sent,
                timeout=deadline,
                allow_redirects=False,
            ) as answer:
                return _finding(answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TorchServeAway(f"no answer: {type(error).__name__}") from None

    async def description(self, address: str, *, seconds: float) -> dict[str, Any]:
        """How one TorchServe describes its inference API: an OpenAPI 3 document.

        Args:
            address: as `predict`.
            seconds: deadline of the whole call.

        Raises:
            TorchServeAway: it doesn't answer, or not with one.
        """
        deadline = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._http.options(
                f"{address}/", timeout=deadline, allow_redirects=False
            ) as answer:
                found = _json(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TorchServeAway(f"no answer: {type(error).__name__}") from None
        if "openapi" not in found:
            raise TorchServeAway("the answer is no description")
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def _headers(token: str, target: str) -> dict[str, str]:
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    return sent | ({TARGET_HEADER: target} if target else {})


def _finding(status: int, body: bytes) -> Finding:
    if status == 200:
        try:
            return Finding.model_validate_json(body)
        except ValidationError as error:
            raise HandlerFailed(f"the answer is not a finding: {_first(error)}") from None
    problem = _json(body)
    if isinstance(refusal := problem.get("error"), dict):
        raise ImageRefused(str(refusal.get("reason")), str(refusal.get("message")))
    kind = problem.get("type", "")
    if status == 404:
        raise ModelMissing(kind)
    # 503 means two things: no room (try another replica) or a handler that raised (don't).
    if kind == "InternalServerException" and status == 503:
        raise HandlerFailed("the handler raised")
    if kind == "InvalidKeyException":
        raise TokenRefused(kind)
    if kind == "ServiceUnavailableException":
        raise TorchServeFull(kind)
    raise TorchServeAway(f"HTTP {status} {kind}")


def _first(error: ValidationError) -> str:
    """What is wrong first, without what was sent."""
    found = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg'][:300]}"


def problem_type(body: bytes) -> str:
    """The kind of failure that TorchServe names in an answer's body; "" where it names none."""
    return str(_json(body).get("type", ""))


def problem_message(body: bytes) -> str:
    """What TorchServe says of a failure in an answer's body; "" where it says nothing."""
    return str(_json(body).get("message", ""))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
