"""The documentation's pages at /docs/, as `make docs` builds them into site/.

The local stack shows them; a clinic may serve them with its own web server.
"""

import base64
import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.http.web_client import POLICY

# The pages' theme has small scripts in the page itself (they set light or dark before anything is
# drawn); those with a type are data, which no browser runs.
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def routes(folder: Path | None) -> list[BaseRoute]:
    """Routes to the site that was built into `folder`; none where there is none."""
    if folder is None or not (folder / "index.html").is_file():
        return []
    return [Route("/docs", _enter), Mount("/docs", _Site(folder))]


async def _enter(_: Request) -> RedirectResponse:
    return RedirectResponse("/docs/")


class _Site(StaticFiles):
    """A built site under a policy of its own: scripts stand in its pages, each known by its hash.

    Pages of the application keep theirs, which lets no script of a page in.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = _policy(folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See `StaticFiles.get_response`."""
        answer = await super().get_response(path, scope)
        answer.headers[POLICY] = self._policy
        # The site is built anew under the same names.
        answer.headers["cache-control"] = "no-cache"
        return answer


def _policy(folder: Path) -> str:
    """The content security policy that runs the scripts of these pages and no others."""
    pages = folder.rglob("*.html")
    scripts = {script for page in pages for script in _INLINE_SCRIPT.findall(page.read_text())}
    hashes = " ".join(sorted(f"'sha256-{_digest(script)}'" for script in scripts))
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
