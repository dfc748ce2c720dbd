"""The gateway serves the built web client under the same policy as everything else."""

import gzip
import re
from pathlib import Path

import pytest

from gateway.http.middleware import ASSET_HEADERS, SECURITY_HEADERS
from gateway.http.web_client import PAGES
from gateway.tests.conftest import running

# The letter 1, by `brotli`.
BROTLI_OF_1 = bytes.fromhex("0b00803103")
GZIP_OF_1 = gzip.compress(b"1")
PAGE = '<meta property="csp-nonce" nonce="DERMIS_CSP_NONCE"><script src="/assets/a-1.js"></script>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a-1.js").write_text("1")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


@pytest.mark.parametrize("address", [page.replace("{patient_id}", "01a2") for page in PAGES])
async def test_every_page_of_the_client_answers(redis_url: str, built: Path, address: str) -> None:
    async with running(redis_url, web_client=built) as gateway:
        page = await gateway.http.get(address)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    assert "DERMIS_CSP_NONCE" not in page.text


async def test_a_browser_gets_the_page_where_nobody_answers_and_a_program_is_told_so(
    redis_url: str, built: Path
) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with running(redis_url, web_client=built) as gateway:
        page = await gateway.http.get("/patiens/1", headers=browser)
        told = await gateway.http.get("/patiens/1")
        answered = [
            await gateway.http.get(address, headers=browser)
            for address in ("/healthz", "/openapi.json", "/api/docs", "/api/patiens/1")
        ]
    assert 'nonce="' in page.text
    assert (told.status_code, told.json()["reason"]) == (404, "NOT_FOUND")
    assert not any('nonce="' in answer.text for answer in answered)
    assert [answer.status_code for answer in answered] == [200, 200, 200, 404]


async def test_styles_are_let_in_by_a_nonce_that_is_never_used_again(
    redis_url: str, built: Path
) -> None:
    async with running(redis_url, web_client=built) as gateway:
        pages = [await gateway.http.get("/") for _ in range(2)]
    nonces = [re.findall(r'nonce="([^"]+)"', page.text)[0] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        policy = page.headers["content-security-policy"]
        assert f"style-src 'nonce-{nonce}' 'self';" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


async def test_files_with_a_hash_in_their_name_are_kept_by_browsers(
    redis_url: str, built: Path
) -> None:
    async with running(redis_url, web_client=built) as gateway:
        script = await gateway.http.get("/assets/a-1.js")
        icon = await gateway.http.get("/favicon.svg")
    assert "immutable" in script.headers["cache-control"]
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_a_part_of_a_page_carries_only_the_headers_that_count_for_it(
    redis_url: str, built: Path
) -> None:
    async with running(redis_url, web_client=built) as gateway:
        script = await gateway.http.get("/assets/a-1.js")
        gone = await gateway.http.get("/assets/a-2.js")
        page = await gateway.http.get("/")
    for name, value in ASSET_HEADERS.items():
        assert script.headers[name] == value
    of_pages = set(SECURITY_HEADERS) - set(ASSET_HEADERS)
    assert of_pages.isdisjoint(script.headers)
    assert of_pages <= set(page.headers)
    assert gone.headers["content-security-policy"] == SECURITY_HEADERS["content-security-policy"]


async def test_the_client_can_be_installed_and_finds_its_next_version(
    redis_url: str, built: Path
) -> None:
    (built / "manifest.webmanifest").write_text("{}")
    (built / "service_worker.js").write_text("1")
    (built / "icons").mkdir()
    (built / "icons" / "app-192.png").write_bytes(b"1")
    async with running(redis_url, web_client=built) as gateway:
        manifest = await gateway.http.get("/manifest.webmanifest")
        worker = await gateway.http.get("/service_worker.js")
        icon = await gateway.http.get("/icons/app-192.png")
        page = await gateway.http.get("/")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert worker.headers["content-type"].startswith("text/javascript")
    # Kept by a browser, it would hide the next version.
    assert worker.headers["cache-control"] == "no-cache"
    assert icon.headers["content-type"] == "image/png"
    assert "manifest-src 'self'" in page.headers["content-security-policy"]


async def test_without_a_built_client_the_gateway_shows_where_the_api_is(
    redis_url: str, tmp_path: Path
) -> None:
    async with running(redis_url, web_client=tmp_path) as gateway:
        page = await gateway.http.get("/")
    assert "/api/docs" in page.text


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("identity", None),
    ],
)
async def test_a_script_comes_in_the_smallest_coding_that_the_browser_takes(
    redis_url: str, built: Path, accepted: str, coding: str | None
) -> None:
    script = built / "assets" / "a-1.js"
    script.with_name("a-1.js.br").write_bytes(BROTLI_OF_1)
    script.with_name("a-1.js.gz").write_bytes(GZIP_OF_1)
    async with running(redis_url, web_client=built) as gateway:
        request = gateway.http.build_request(
            "GET", "/assets/a-1.js", headers={"accept-encoding": accepted}
        )
        answer = await gateway.http.send(request, stream=True)
        sent = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert sent == {"br": BROTLI_OF_1, "gzip": GZIP_OF_1, None: b"1"}[coding]


async def test_a_script_without_smaller_codings_comes_as_it_is(redis_url: str, built: Path) -> None:
    async with running(redis_url, web_client=built) as gateway:
        script = await gateway.http.get("/assets/a-1.js", headers={"accept-encoding": "br"})
        gone = await gateway.http.get("/assets/a-2.js", headers={"accept-encoding": "br"})
    assert (script.text, script.headers.get("content-encoding")) == ("1", None)
    assert gone.status_code == 404
