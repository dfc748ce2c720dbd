"""`python -m tests.compose build` and `python -m tests.compose try`; see `make compose-test`."""

import argparse
import asyncio
import os
import secrets
import time
from pathlib import Path

from typer import echo

from tests.compose.engine import Compose, docker
from tests.compose.environment import written
from tests.compose.visit import Visit

FOLDER = Path(os.environ.get("COMPOSE_TEST_FOLDER", "/var/tmp/dermis-compose-test"))
PORT = 18080
START_SECONDS = 600


def main() -> None:
    """Build the images, or use the system that they make."""
    parser = argparse.ArgumentParser(prog="python -m tests.compose")
    parser.add_argument("step", choices=["build", "try"])
    parser.add_argument("--network", default="default", help="docker build's network")
    arguments = parser.parse_args()
    compose = Compose(written(FOLDER, port=PORT))
    if arguments.step == "build":
        compose.build(network=arguments.network)
        return
    compose.run("down", "--volumes", "--remove-orphans")
    try:
        asyncio.run(tried(compose))
    except BaseException:
        echo(compose.run("ps", "--all"))
        echo(compose.run("logs", "--tail", "15"))
        raise
    finally:
        compose.run("down", "--volumes", "--remove-orphans")


async def tried(compose: Compose) -> None:
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
    echo("compose-test passed")


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
    assert "Administrator made" in said, said
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
