"""`python -m tests.compose build` and `python -m tests.compose try`; see `make compose-test`."""

import argparse
import asyncio
import contextlib
import os
import secrets
import ssl
import subprocess
import time
from pathlib import Path

from typer import echo

from local_stack.api_client import SignIn
from service_kit.certificate_authority import make_certificates
from tests.compose.engine import Compose, docker
from tests.compose.environment import written
from tests.compose.made_faults import alerts_are_raised, certificate_ages, small_disk
from tests.compose.observed import watched
from tests.compose.second_day import (
    UNUSUAL,
    backed_up_and_restored,
    gone_back_to_a_minute,
    secrets_replaced,
    settings_are_read,
    upgraded_and_rolled_back,
)
from tests.compose.visit import Diagnosis, Visit

FOLDER = Path(os.environ.get("COMPOSE_TEST_FOLDER", "/var/tmp/dermis-compose-test"))
PORT, TLS_PORT = 18080, 18443
START_SECONDS = 600
RENEWED_SECONDS = 120
# The profiles' parts too.
DOWN = ("--profile", "*", "down", "--volumes", "--remove-orphans")


def main() -> None:
    """Build the images, or use the system that they make."""
    parser = argparse.ArgumentParser(prog="python -m tests.compose")
    parser.add_argument("step", choices=["build", "try"])
    parser.add_argument("--network", default="default", help="docker build's network")
    arguments = parser.parse_args()
    if arguments.step == "build":
        # No container mounts it.
        Compose(settings_file("/dev/null")).build(network=arguments.network)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with small_disk(FOLDER) as device:
        try_all(settings_file(device))


def settings_file(device: str) -> Path:
    """The .env of the composed system; `device` is the disk that may be filled."""
    unusual = {name: value for inside in UNUSUAL.values() for name, value in inside.items()}
    settings = unusual | {"SMALL_DISK": device}
    return written(FOLDER, port=PORT, tls_port=TLS_PORT, settings=settings)


def try_all(env_file: Path) -> None:
    """The whole test, on the images that are there."""
    compose = Compose(env_file)
    production = Compose(
        env_file,
        overlays=["docker-compose.prod.yml"],
        settings={
            "PUBLIC_URL": f"https://localhost:{TLS_PORT}",
            "TLS_FOLDER": str(FOLDER / "tls" / "nginx"),
        },
    )
    production.run(*DOWN)
    try:
        known, kept = asyncio.run(tried(compose))
        asyncio.run(tried_as_in_production(production, known, kept))
        echo("compose-test passed")
    except BaseException:
        echo(production.run("ps", "--all"))
        echo(production.run("logs", "--tail", "15"))
        lines = production.run("logs", "--no-log-prefix", "nginx").splitlines()
        echo("\n".join(line for line in lines if '"status":2' not in line))
        raise
    finally:
        production.run(*DOWN)


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
        await gone_back_to_a_minute(compose, FOLDER / "backups", visit, say)
        watched(compose, say)
        await alerts_are_raised(compose, FOLDER, visit, say)
        return visit.known, kept


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
    certificate_ages(compose, FOLDER, say)


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
    assert published.keys() == {"entrance"}, published


def say(text: str) -> None:
    """One line with the seconds since the start."""
    echo(f"{time.monotonic() - _BEGAN:6.1f} s  {text}")


_BEGAN = time.monotonic()

if __name__ == "__main__":
    main()
