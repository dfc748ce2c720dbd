"""`python -m tests.compose build` and `python -m tests.compose try`; see `make compose-test`."""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from typer import echo

from local_stack.api_client import SignIn
from service_kit.certificate_authority import make_certificates
from tests.compose.engine import Compose, docker
from tests.compose.environment import written
from tests.compose.second_day import (
    UNUSUAL,
    backed_up_and_restored,
    secrets_replaced,
    settings_are_read,
    upgraded_and_rolled_back,
)
from tests.compose.visit import Diagnosis, Visit

FOLDER = Path(os.environ.get("COMPOSE_TEST_FOLDER", "/var/tmp/dermis-compose-test"))
PORT, TLS_PORT = 18080, 18443
START_SECONDS = 600
SCRAPED_SECONDS = 120
RENEWED_SECONDS = 120


def main() -> None:
    """Build the images, or use the system that they make."""
    parser = argparse.ArgumentParser(prog="python -m tests.compose")
    parser.add_argument("step", choices=["build", "try"])
    parser.add_argument("--network", default="default", help="docker build's network")
    arguments = parser.parse_args()
    unusual = {name: value for inside in UNUSUAL.values() for name, value in inside.items()}
    env_file = written(FOLDER, port=PORT, tls_port=TLS_PORT, unusual=unusual)
    compose = Compose(env_file)
    production = Compose(
        env_file,
        overlays=["docker-compose.prod.yml"],
        settings={
            "PUBLIC_URL": f"https://localhost:{TLS_PORT}",
            "TLS_FOLDER": str(FOLDER / "tls" / "nginx"),
        },
    )
    if arguments.step == "build":
        compose.build(network=arguments.network)
        return
    production.run("down", "--volumes", "--remove-orphans")
    try:
        known, kept = asyncio.run(tried(compose))
        watched(compose)
        asyncio.run(tried_as_in_production(production, known, kept))
        echo("compose-test passed")
    except BaseException:
        echo(production.run("ps", "--all"))
        echo(production.run("logs", "--tail", "15"))
        lines = production.run("logs", "--no-log-prefix", "nginx").splitlines()
        echo("\n".join(line for line in lines if '"status":2' not in line))
        raise
    finally:
        production.run("down", "--volumes", "--remove-orphans")


async def tried(compose: Compose) -> tuple[SignIn, Diagnosis]:
    """Bring it up, do the job, lose TorchServe, stop, start, and find everything again."""
    say("up")
    up(compose)
    async with Visit(f"http://localhost:{PORT}", FOLDER / "mails") as visit:
        await visit.until_model_is_live()
        say("model live")
        await visit.opens_the_client()
        await visit.signs_in_for_the_first_time()
        kept = await visit.diagnoses()
        say(f"diagnosed through nginx: {kept.label}, p {kept.probability:.3f}; overlay, photo seen")
        show(compose)
        makes_an_administrator(compose)
        only_nginx_is_published(compose)

        # As if it had crashed: `docker kill` would count as a stop by hand.
        (container,) = compose.run("ps", "--quiet", "torchserve").split()
        docker("exec", container, "sh", "-c", "kill -9 -1")
        say("TorchServe killed")
        await visit.until_model_is_away()
        await visit.until_model_is_live()
        assert (await visit.diagnoses()).label == kept.label
        say("TorchServe came back by itself and diagnoses")

        compose.run("stop")
        say("stopped")
        up(compose)
        await visit.until_model_is_live()
        await visit.signs_in()
        await visit.finds(kept)
        assert (await visit.diagnoses()).label == kept.label
        say("started: account, second factor, patient, photo and diagnosis are there again")

        settings_are_read(compose)
        url = f"http://localhost:{PORT}"
        await upgraded_and_rolled_back(compose, url, visit, say)
        await secrets_replaced(compose, url, visit, kept, say)
        await backed_up_and_restored(compose, FOLDER / "backups", visit, kept, say)
        return visit.known, kept


def watched(compose: Compose) -> None:
    """The profiles' parts that this machine has images for: the mail sink, and Prometheus."""
    # A part that is named is started whatever its profile.
    exporters = [f"{name}-exporter" for name in ("postgres", "redis", "node", "blackbox")]
    compose.run("up", "--detach", "--no-build", "--wait", "mail", "prometheus", *exporters)
    say("mail sink, Prometheus and its exporters are healthy")
    expected = {
        "auth_service:9100", "gateway:8000", "patient_service:9100", "torchserve:9101",
        "postgres-exporter:9187", "redis-exporter:9121", "node-exporter:9100",
        "http://nginx:8080/", "nginx:8443",
    }  # fmt: skip
    ends = time.monotonic() + SCRAPED_SECONDS
    while (up := scraped(compose)) != expected:
        assert time.monotonic() < ends, f"scraped: {up}, not {expected}"
        time.sleep(1)
    groups = prometheus(compose, "rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    assert all(rule["health"] != "err" for rule in rules), rules
    for metric in ("pg_up", "redis_up", 'probe_success{job="web"}'):
        # The first scrape may have come before the exporter had connected.
        while (found := prometheus(compose, f"query?query={quote(metric)}")["result"]) and (
            found[0]["value"][1] != "1"
        ):
            assert time.monotonic() < ends, f"{metric}: {found}"
            time.sleep(1)
        assert found, f"{metric} is not told"
    say(f"Prometheus scrapes {', '.join(sorted(up))} and knows {len(rules)} alert rules")


def scraped(compose: Compose) -> set[str]:
    """The targets that answered Prometheus's last scrape."""
    targets = prometheus(compose, "targets?state=active")["activeTargets"]
    return {target["labels"]["instance"] for target in targets if target["health"] == "up"}


def prometheus(compose: Compose, path: str) -> dict[str, Any]:
    """What Prometheus's own API says."""
    (container,) = compose.run("ps", "--quiet", "prometheus").split()
    url = f"http://127.0.0.1:9090/api/v1/{path}"
    read: dict[str, Any] = json.loads(docker("exec", container, "wget", "-qO-", url))["data"]
    return read


async def tried_as_in_production(compose: Compose, known: SignIn, kept: Diagnosis) -> None:
    """With the overlay, on the same data: HTTPS at nginx, certificates between services."""
    up(compose)
    authority = ssl.create_default_context(cafile=FOLDER / "tls" / "nginx" / "ca.crt")
    url = f"https://localhost:{TLS_PORT}"
    async with Visit(url, FOLDER / "mails", known=known, trusting=authority) as visit:
        await visit.until_model_is_live()
        await visit.opens_the_client()
        await visit.signs_in()
        await visit.finds(kept)
        assert (await visit.diagnoses()).label == kept.label
        say("production overlay: signed in and diagnosed over HTTPS and mTLS")
        for name, port in (("auth_service", "50051"), ("patient_service", "50052")):
            (container,) = compose.run("ps", "--quiet", name).split()
            probe = ("python", "-m", "service_kit.grpc_probe", port)
            docker("exec", container, *probe)
            with contextlib.suppress(subprocess.CalledProcessError):
                docker("exec", "--env", "MTLS_FOLDER=", container, *probe)
                raise AssertionError(f"{name} answers who shows no certificate")
        say("whoever shows no certificate is refused")
    nginx_takes_up_a_renewed_certificate()


def nginx_takes_up_a_renewed_certificate() -> None:
    """The file is replaced, as whoever renews it does; nothing is restarted."""
    mounted = FOLDER / "tls" / "nginx"
    before = ssl.get_server_certificate(("localhost", TLS_PORT), timeout=10)
    make_certificates(FOLDER / "tls", ["nginx"])
    for file in mounted.iterdir():
        file.chmod(0o644)
    ends = time.monotonic() + RENEWED_SECONDS
    while ssl.get_server_certificate(("localhost", TLS_PORT), timeout=10) == before:
        assert time.monotonic() < ends, "nginx keeps the old certificate"
        time.sleep(1)
    say("nginx shows the renewed certificate")


def up(compose: Compose) -> None:
    """Start every part and wait until each says that it is healthy."""
    compose.run("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(START_SECONDS))


def show(compose: Compose) -> None:
    """Sizes, memory and start-up time, as Markdown."""
    echo("\n| image | MB |\n| --- | ---: |")
    for name, size in compose.images().items():
        echo(f"| {name} | {size / 1e6:.0f} |")
    echo("\n| part | healthy after s | memory MiB |\n| --- | ---: | ---: |")
    total = 0.0
    for part in compose.parts():
        seconds = "" if part.seconds_to_healthy is None else f"{part.seconds_to_healthy:.1f}"
        echo(f"| {part.name} | {seconds} | {part.memory / 2**20:.0f} |")
        total += part.memory
    echo(f"| all | | {total / 2**20:.0f} |\n")


def makes_an_administrator(compose: Compose) -> None:
    """As docs/operations.md says."""
    chief = ["create-admin", "--email", "chief@clinic.example"]
    password = f"ADMIN_PASSWORD={secrets.token_urlsafe(24)}"
    said = compose.run("run", "--rm", "--no-TTY", "--env", password, "auth_service", *chief)
    assert "Administrator created" in said, said
    say("administrator made")


def only_nginx_is_published(compose: Compose) -> None:
    """Management, databases and metrics are reached from inside only."""
    published = {
        name: service["ports"]
        for name, service in compose.configuration()["services"].items()
        if service.get("ports")
    }
    assert published.keys() == {"nginx"}, published


def say(text: str) -> None:
    """One line with the seconds since the start."""
    echo(f"{time.monotonic() - _BEGAN:6.1f} s  {text}")


_BEGAN = time.monotonic()

if __name__ == "__main__":
    main()
