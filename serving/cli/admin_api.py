"""The gateway's API as `dermis-model` uses it: problem documents become `CommandFailed`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from serving.cli.failures import Failure
from serving.cli.output import CommandFailed

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
# An archive is written to disk and checked before the answer comes.
UPLOAD_ANSWER_SECONDS = 180.0
# The gateway ends a stream after 10 s, and sends an event at each change.
STREAM_SECONDS = 30.0


class AdminApi:
    """Calls to one Dermis installation, each with a deadline.

    Args:
        url: its address, without `/api`.
        token: returns an access token; called again with True when the last one was refused.
    """

    def __init__(self, url: str, token: Callable[[bool], str]) -> None:
        self._http = open_http(url)
        self._token = token

    def get(self, path: str) -> Any:
        """The decoded answer.

        Raises:
            CommandFailed: refused, or not reachable.
        """
        return self._send("GET", path).json()

    def post(self, path: str, body: dict[str, Any], **query: int) -> Any:
        """The decoded answer.

        Raises:
            CommandFailed: refused, or not reachable.
        """
        return self._send("POST", path, json=body, params=query).json()

    def download(self, path: str, out: BinaryIO) -> str:
        """Write an answer's body to a file.

        Returns:
            Its ETag, without quotes; "" where there is none.

        Raises:
            CommandFailed: refused, or not reachable.
        """
        self._send("GET", "/admin/models")  # so that the token is fresh
        with (
            connection_failures(),
            self._http.stream("GET", path, headers=self._headers()) as answer,
        ):
            if answer.is_error:
                answer.read()
                raise refusal(answer)
            out.writelines(answer.iter_bytes())
            return str(answer.headers.get("etag", "")).strip('"')

    def upload(self, name: str, archive: BinaryIO, signature: bytes | None) -> Any:
        """Upload an archive; `archive` is read in chunks, so that its reader can show progress.

        Raises:
            CommandFailed: refused, with every reason as its details.
        """
        self._send("GET", "/admin/models")  # a late 401 would come after the whole upload
        files: dict[str, Any] = {"file": (name, archive, "application/octet-stream")}
        if signature is not None:
            files["signature"] = (f"{name}.sig", signature, "application/octet-stream")
        seconds = httpx.Timeout(ANSWER_SECONDS, read=UPLOAD_ANSWER_SECONDS)
        return self._send("POST", "/admin/upload-model", files=files, timeout=seconds).json()

    def send_photo(self, path: str, photo: Path) -> Any:
        """Send one photo as a form; the decoded answer.

        Raises:
            CommandFailed: refused, or not reachable.
            OSError: the file can't be read.
        """
        files = {"file": (photo.name, photo.read_bytes(), "application/octet-stream")}
        return self._send("POST", path, files=files).json()

    def serving(self) -> Iterator[dict[str, Any]]:
        """What is being served: now, and then at each change, without end.

        Raises:
            CommandFailed: refused, or not reachable.
        """
        while True:
            with (
                connection_failures(),
                self._http.stream(
                    "GET", "/admin/serving/stream", headers=self._headers(), timeout=STREAM_SECONDS
                ) as answer,
            ):
                if answer.status_code == 401:
                    self._token(True)
                    continue
                if answer.is_error:
                    answer.read()
                    raise refusal(answer)
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        yield json.loads(line.removeprefix("data:"))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        with connection_failures():
            answer = self._http.request(method, path, headers=self._headers(), **options)
            # The body of an archive has been read by then; a photo's is in memory.
            if answer.status_code == 401 and "timeout" not in options:
                self._token(True)
                answer = self._http.request(method, path, headers=self._headers(), **options)
        if answer.is_error:
            raise refusal(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token(False)}"}


def open_http(url: str) -> httpx.Client:
    """A client of the API at `url`."""
    return httpx.Client(
        base_url=f"{url}/api",
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        headers={"user-agent": "dermis-model"},
    )


@contextmanager
def connection_failures() -> Iterator[None]:
    """Turn a failed connection into `CommandFailed`."""
    try:
        yield
    except httpx.TimeoutException:
        raise CommandFailed(Failure.NO_ANSWER, "Dermis did not answer in time.") from None
    except httpx.HTTPError as error:
        raise CommandFailed(Failure.NOT_REACHABLE, f"Dermis can't be reached: {error}.") from None


def refusal(answer: httpx.Response) -> CommandFailed:
    """What a problem document (RFC 9457) says, with each of its errors as a detail."""
    try:
        problem = answer.json()
        details = [str(error["message"]) for error in problem.get("errors") or []]
        return CommandFailed(str(problem["reason"]), str(problem["detail"]), details)
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{answer.request.url} answered HTTP {answer.status_code}: that is not Dermis."
        return CommandFailed(Failure.NOT_DERMIS, message)
