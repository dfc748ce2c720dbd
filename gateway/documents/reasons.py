"""Every refusal, as a page: `python -m gateway.documents.reasons > docs/reasons.md`.

Made from the catalogues, so it can't disagree with what is answered; a test compares the page with
the code.
"""

import sys
from collections.abc import Iterator

from gateway.api import described_api
from gateway.http.errors import status_of
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.reasons import ArchiveReason

_HEAD = """# Why Dermis says no

Made by `python -m gateway.documents.reasons > docs/reasons.md` from `service_kit/reasons.py` and
`serving/archives/reasons.py`; a test fails when it is out of date.

Every refusal is an RFC 9457 problem document. `reason` is for programs: go by it and by the status,
never by the words in `detail`, which may be more exact than those below and may change. A reason
that you don't know comes from a newer version: go by the status. Where `Retry-After` is set, the
same call may succeed later. Which operation gives which reason is in the API's own description, at
`/api/docs`.
"""
_ARCHIVES = """
## Archives

`ARCHIVE_REFUSED` lists everything that is wrong with an archive in `errors`, each with a `reason`
of its own.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join(
        [
            _HEAD,
            "| reason | HTTP | gRPC | message |",
            "| --- | --- | --- | --- |",
            *_rows(),
            _ARCHIVES,
            "| reason | message |",
            "| --- | --- |",
            *(f"| `{name}` | {ArchiveReason[name].message} |" for name in _sorted(ArchiveReason)),
            "",
        ]
    )


def _rows() -> Iterator[str]:
    elsewhere = _statuses()
    for name in _sorted(Reason):
        reason = Reason[name]
        status = status_of(DomainError(reason))
        others = sorted(elsewhere.get(name, set()) - {status})
        statuses = ", ".join(map(str, [status, *others]))
        yield f"| `{name}` | {statuses} | {reason.code} | {reason.message} |"


def _sorted(catalogue: type[Reason] | type[ArchiveReason]) -> list[str]:
    return sorted(catalogue.__members__)


def _statuses() -> dict[str, set[int]]:
    """The statuses that operations answer with, by reason."""
    found: dict[str, set[int]] = {}
    for shown in described_api().openapi()["components"]["examples"].values():
        found.setdefault(shown["value"]["reason"], set()).add(shown["value"]["status"])
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
