"""The built documentation at /docs/, under a policy of its own."""

import base64
import hashlib
from pathlib import Path

import pytest

from gateway.tests.conftest import running

SCRIPT = "document.body.dataset.scheme = 'slate'"
PAGE = f'<script>{SCRIPT}</script><script type="application/json">{{}}</script>'
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "glossary").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "404.html").write_text(PAGE)
    (folder / "glossary" / "index.html").write_text(PAGE)
    return folder


@pytest.mark.parametrize("address", ["/docs/", "/docs/glossary/", "/docs/nowhere/"])
async def test_a_page_runs_its_own_scripts_and_no_others(
    redis_url: str, site: Path, address: str
) -> None:
    async with running(redis_url, docs_folder=site) as gateway:
        page = await gateway.http.get(address, headers=BROWSER)
    known = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert page.text == PAGE
    assert f"script-src 'self' 'sha256-{known}';" in policy
    assert "unsafe" not in policy


async def test_the_applications_policy_stays_as_narrow_as_without_the_documentation(
    redis_url: str, site: Path
) -> None:
    async with running(redis_url, docs_folder=site) as gateway:
        policy = (await gateway.http.get("/healthz")).headers["content-security-policy"]
    assert "script-src 'self';" in policy


async def test_the_address_without_its_slash_leads_to_the_documentation(
    redis_url: str, site: Path, tmp_path: Path
) -> None:
    client = tmp_path / "client"
    (client / "assets").mkdir(parents=True)
    (client / "index.html").write_text("the web client")
    async with running(redis_url, docs_folder=site, web_client=client) as gateway:
        led = await gateway.http.get("/docs", headers=BROWSER, follow_redirects=True)
        lost = await gateway.http.get("/docs/nowhere/", headers=BROWSER)
    assert led.text == PAGE
    assert lost.status_code == 404


@pytest.mark.parametrize("named", [False, True])
async def test_without_a_built_site_there_is_none(
    redis_url: str, tmp_path: Path, *, named: bool
) -> None:
    folder = {"docs_folder": tmp_path} if named else {}
    async with running(redis_url, **folder) as gateway:
        assert (await gateway.http.get("/docs/")).status_code == 404
