"""The real nginx configuration in front of the real system: addresses, uploads, a gateway away."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from local_stack.api_client import Clinician
from local_stack.components.ports import free_port, listens
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT, Stack
from service_kit.certificate_authority import make_certificates
from tests import photos
from tests.conftest import new_sign_in, profile

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
START_SECONDS = 120
ANSWER_SECONDS = 60
PAGE = '<!doctype html><meta property="csp-nonce" nonce="DERMIS_CSP_NONCE"><title>Dermis</title>'

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists(), reason="nginx is not installed (apt-get install nginx)"
)


@dataclass
class Nginx:
    url: str
    folder: Path
    tls_port: int


def configured(folder: Path, *, tls: bool) -> Path:
    """The files of nginx/ with this machine's ports and folders, and nothing else changed."""
    for source in (ROOT / "nginx").glob("*.conf"):
        text = source.read_text()
        # Debian's nginx is older than `http2 on`; compose-test has a newer one.
        text = text.replace("http2 on;", "")
        text = text.replace("/tmp/", f"{folder}/").replace("/srv", str(folder / "srv"))
        text = text.replace("/dev/stdout", str(folder / "access.log"))
        text = text.replace("/dev/stderr", str(folder / "error.log"))
        (folder / source.name).write_text(text)
    if tls:
        (folder / "servers-tls.conf").replace(folder / "servers.conf")
        (folder / "tls").symlink_to(certificates(folder))
    shutil.copy("/etc/nginx/mime.types", folder)
    shutil.copytree(ROOT / "nginx" / "errors", folder / "srv" / "errors")
    web = folder / "srv" / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text(PAGE)
    (web / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (web / "assets" / "a-1.js").write_text("1")
    return folder / "nginx.conf"


def certificates(folder: Path) -> Path:
    """A new certificate for nginx, by an authority that stays the same."""
    make_certificates(folder / "authority", ["nginx"])
    return folder / "authority" / "nginx"


@contextmanager
def started(
    folder: Path, gateway_port: int, *, tls: bool = False, port: int = 0
) -> Iterator[Nginx]:
    """nginx as its image starts it, by start.sh; on a free port where none is given."""
    port, tls_port = port or free_port(), free_port()
    configuration = configured(folder, tls=tls)
    # As root it would give itself away to a user who may not read pytest's folders.
    user = "user root;" if os.geteuid() == 0 else ""
    command = [
        NGINX, "-p", str(folder), "-c", str(configuration), "-e", "stderr",
        "-g", f"daemon off; {user}",
    ]  # fmt: skip
    environment = os.environ | {
        "FOLDER": str(folder),
        "PORT": str(port),
        "TLS_PORT": str(tls_port),
        "GATEWAY_ADDRESS": f"127.0.0.1:{gateway_port}",
        "PUBLIC_URL": f"https://localhost:{tls_port}",
        "TRUSTED_PROXY_ADDRESSES": "127.0.0.1",
        "CERTIFICATE": str(folder / "tls" / "tls.crt"),
        "CERTIFICATE_SECONDS": "0.2",
    }
    with subprocess.Popen([ROOT / "nginx" / "start.sh", *command], env=environment) as process:
        try:
            ends = time.monotonic() + START_SECONDS
            while not (healthy(folder) and listens(port)) and time.monotonic() < ends:
                assert process.poll() is None, "nginx has ended"
                time.sleep(0.05)
            yield Nginx(f"http://127.0.0.1:{port}", folder, tls_port)
        finally:
            process.terminate()


def healthy(folder: Path) -> bool:
    """What the image's health check asks."""
    socket_file = httpx.HTTPTransport(uds=str(folder / "health.sock"))
    with contextlib.suppress(httpx.HTTPError), httpx.Client(transport=socket_file) as http:
        return http.get("http://nginx/favicon.svg").status_code == 200
    return False


@pytest.fixture(scope="module")
def nginx(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    gateway_port = httpx.URL(stack.url).port
    assert gateway_port
    with started(tmp_path_factory.mktemp("nginx"), gateway_port) as running:
        yield running


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """An nginx whose gateway is away."""
    with started(tmp_path_factory.mktemp("lonely"), free_port()) as running:
        yield running


async def test_the_main_job_works_through_nginx(nginx: Nginx, mailbox: Mailbox) -> None:
    async with Clinician(nginx.url, mailbox) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        await clinician.sign_in(known, keep=lambda _: None)
        patient = await clinician.add_patient(profile())
        uploaded = await clinician.upload(patient, photos.malignant())
        detection = await clinician.settled(uploaded.json())
        assert detection["status"] == "complete"
        photo = await clinician.http.get(f"/images/{detection['image_id']}")
        assert photo.headers["content-type"] == "image/jpeg"


async def test_a_photo_is_streamed_and_one_that_is_too_large_is_refused(nginx: Nginx) -> None:
    async with httpx.AsyncClient(base_url=nginx.url, timeout=ANSWER_SECONDS) as http:
        path = "/api/predict/upload/01a20817-f471-731e-896b-230f70989781"
        # 10 MB pass nginx and are answered by the gateway, which asks for a sign-in.
        passed = await http.post(path, files={"file": bytes(10 * 1024 * 1024)})
        assert passed.status_code == 401
        refused = await http.post(path, files={"file": bytes(30 * 1024 * 1024)})
        assert refused.status_code == 413
    assert not list((nginx.folder / "nginx-body").rglob("0*"))


async def test_pages_come_from_nginx_with_a_nonce_of_their_own(nginx: Nginx) -> None:
    async with httpx.AsyncClient(base_url=nginx.url, timeout=ANSWER_SECONDS) as http:
        pages = [await http.get(path) for path in ("/", "/patient/01a2", "/admin")]
        script = await http.get("/assets/a-1.js")
        hidden = await http.get("/api/metrics")
    nonces = {page.text.split('nonce="')[1].split('"')[0] for page in pages}
    assert len(nonces) == 3
    for page in pages:
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert any(f"'nonce-{nonce}'" in policy for nonce in nonces)
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in script.headers["cache-control"]
    assert hidden.status_code == 404


async def test_answers_of_the_api_keep_the_gateways_headers_and_get_no_second_ones(
    nginx: Nginx,
) -> None:
    async with httpx.AsyncClient(base_url=nginx.url, timeout=ANSWER_SECONDS) as http:
        answer = await http.get("/api/patients/")
    assert answer.status_code == 401
    assert answer.json()["reason"]
    for name in ("content-security-policy", "x-content-type-options", "x-request-id"):
        assert len(answer.headers.get_list(name)) == 1


async def test_its_logs_hold_nothing_that_somebody_has_typed(lonely: Nginx) -> None:
    openapi = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    nouns = {path.split("/")[1] for path in openapi["paths"]}
    paths = [f"/api/{noun}/q-typed?search=q-typed" for noun in sorted(nouns)]
    paths += ["/api/q-typed", "/patient/q-typed", "/q-typed%20%22.jpg", "/assets/q-typed%22.js"]
    async with httpx.AsyncClient(base_url=lonely.url, timeout=ANSWER_SECONDS) as http:
        for path in paths:
            await http.get(path, headers={"referer": "https://q-typed", "user-agent": "q-typed"})
        await http.post("/api/auth/login?q-typed", content=b"q-typed" * 100_000)
    logged = (lonely.folder / "access.log").read_text()
    assert "q-typed" not in logged
    assert "q-typed" not in (lonely.folder / "error.log").read_text()
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {f"/api/{noun}" for noun in nouns} <= {line["path"] for line in lines}


async def test_while_the_gateway_is_away_programs_and_people_are_told(lonely: Nginx) -> None:
    async with httpx.AsyncClient(base_url=lonely.url, timeout=ANSWER_SECONDS) as http:
        problem = await http.get("/api/patients/")
        page = await http.get("/")
    assert problem.status_code == 503
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.headers["retry-after"] == "5"
    assert problem.json()["reason"] == "GATEWAY_AWAY"
    # The client itself still opens, and says that the server is away.
    assert page.status_code == 200


def test_plain_http_is_sent_to_https_where_nginx_ends_tls(tmp_path: Path) -> None:
    with started(tmp_path, free_port(), tls=True) as nginx:
        page = httpx.get(f"{nginx.url}/patients?next=1", timeout=ANSWER_SECONDS)
        call = httpx.post(f"{nginx.url}/api/auth/login", timeout=ANSWER_SECONDS)
    assert page.status_code == 308
    assert page.headers["location"] == f"https://localhost:{nginx.tls_port}/patients?next=1"
    # A program's secrets would go on travelling in the clear, and nobody would notice.
    assert call.status_code == 403
    assert call.headers["content-type"] == "application/problem+json"
    assert call.json()["reason"] == "HTTPS_ONLY"


def test_text_says_its_character_set(lonely: Nginx) -> None:
    for path, kind in {"/": "text/html", "/assets/a-1.js": "application/javascript"}.items():
        answer = httpx.get(f"{lonely.url}{path}", timeout=ANSWER_SECONDS)
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_and_weak_ciphers_are_refused(tmp_path: Path) -> None:
    def handshake(port: int, ciphers: str, newest: ssl.TLSVersion) -> str:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
        context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
        with (
            socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as plain,
            context.wrap_socket(plain) as secured,
        ):
            return str(secured.version())

    with started(tmp_path, free_port(), tls=True) as nginx:
        port = nginx.tls_port
        assert handshake(port, "ALL", ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
        assert handshake(port, "ECDHE+AESGCM", ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        # Without forward secrecy, and with encryption that is authenticated afterwards.
        for ciphers in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"):
            with pytest.raises(ssl.SSLError):
                handshake(port, ciphers, ssl.TLSVersion.TLSv1_2)
        with pytest.raises(ssl.SSLError):
            handshake(port, "ALL", ssl.TLSVersion.TLSv1_1)


def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    with started(tmp_path, free_port(), tls=True) as nginx:
        before = shown_certificate(nginx)
        certificates(tmp_path)
        ends = time.monotonic() + ANSWER_SECONDS
        while (shown := shown_certificate(nginx)) == before and time.monotonic() < ends:
            time.sleep(0.05)
    assert shown != before
    assert shown == (tmp_path / "tls" / "tls.crt").read_text()
    # Whatever watched the certificate ends with nginx.
    ends = time.monotonic() + ANSWER_SECONDS
    while (left := processes_that_name(tmp_path)) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not left


def processes_that_name(folder: Path) -> list[str]:
    """The command lines of this machine's processes that hold the folder's path."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            found.append(" ".join(process.cmdline()))
    return [line for line in found if str(folder) in line]


def shown_certificate(nginx: Nginx) -> str:
    return ssl.get_server_certificate(("127.0.0.1", nginx.tls_port), timeout=ANSWER_SECONDS)


async def test_limits_behind_a_proxy_count_clients_and_not_the_proxy(tmp_path: Path) -> None:
    """64 requests of one client wait; a 65th of that client is refused, another client's is not."""
    waiting: set[asyncio.StreamWriter] = set()

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting.add(writer)

    gateway = await asyncio.start_server(hold, "127.0.0.1", 0)
    with started(tmp_path, gateway.sockets[0].getsockname()[1]) as nginx:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(base_url=nginx.url, limits=limits, timeout=30) as http:

            def ask(client: str) -> asyncio.Task[httpx.Response]:
                headers = {"X-Forwarded-For": client}
                return asyncio.create_task(http.get("/api/patients/", headers=headers))

            held = [ask("203.0.113.1") for _ in range(64)]
            while len(waiting) < len(held):
                await asyncio.sleep(0.01)
            assert (await ask("203.0.113.1")).status_code == 429
            other = ask("203.0.113.2")
            while len(waiting) == len(held):
                await asyncio.sleep(0.01)
            assert not other.done()
            for task in (*held, other):
                task.cancel()
    gateway.close()
    for writer in waiting:
        writer.close()


def test_the_next_nginx_listens_beside_the_one_that_it_replaces(tmp_path: Path) -> None:
    """Each says by itself whether it answers; the port is never nobody's (compose/roll-out.sh)."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    with started(first, free_port()) as old:
        port = httpx.URL(old.url).port
        assert port
        with started(second, free_port(), port=port):
            pid = int((first / "nginx.pid").read_text())
            os.kill(pid, signal.SIGQUIT)
            psutil.Process(pid).wait(10)
            assert not healthy(first)
            assert healthy(second)
            assert httpx.get(f"{old.url}/favicon.svg", trust_env=False).status_code == 200


@contextmanager
def hasty_gateway(replies: list[bytes]) -> Iterator[int]:
    """A gateway that ends each connection, with one reply after the other; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while replies:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(replies.pop(0))

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])


def test_what_changes_nothing_is_asked_again_when_a_gateway_leaves(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    replies = [b"", answer, b"", answer]
    with (
        hasty_gateway(replies) as port,
        started(tmp_path, port) as running,
        httpx.Client(base_url=running.url, trust_env=False) as http,
    ):
        read = http.get("/api/healthz")
        assert (read.status_code, read.text) == (200, "ok")
        written = http.post("/api/patients", json={})
        assert (written.status_code, written.json()["reason"]) == (503, "GATEWAY_AWAY")
        assert replies == [answer]
