"""`python -m serving`: the follower, and TorchServe as containers start it."""

import asyncio
import os
import signal
from pathlib import Path

import typer
from prometheus_client import REGISTRY

from service_kit import background, logs, telemetry
from service_kit.blobs import Blobs
from service_kit.redis_client import open_redis
from service_kit.settings import load
from serving.archives.batching import Batching
from serving.contract.follower_requests import regeneration_requests, trial_requests
from serving.contract.reference_cases import ReferenceCases
from serving.contract.releases import ReleaseLog
from serving.contract.torchserve import InferenceClient
from serving.replica import metrics
from serving.replica.archive_cache import ArchiveCache
from serving.replica.cost_limits import CostLimits
from serving.replica.follower import Follower
from serving.replica.judgements import Judgements
from serving.replica.reference_gate import ReferenceGate
from serving.replica.regenerations import Regenerator
from serving.replica.registry import ReplicaRegistry
from serving.replica.settings import FollowerSettings
from serving.replica.torchserve import process
from serving.replica.torchserve.management import ManagementClient
from serving.replica.torchserve.own_metrics import TorchServeMetrics
from serving.replica.torchserve.version_loader import VersionLoader
from serving.replica.trials import TrialRunner

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def follow() -> None:
    """Keep the TorchServe beside this process at the newest release, until SIGTERM."""
    asyncio.run(_follow(load(FollowerSettings)))


@app.command()
def torchserve(host: str = "0.0.0.0", workers: int = 0, folder: str = "/tmp/torchserve") -> None:  # noqa: S104, S108
    """Replace this process by a hardened TorchServe (a container's entry point)."""
    command = process.prepare(Path(folder), process.TorchServePorts(), host=host, workers=workers)
    os.chdir(command.folder)
    os.execve(command.arguments[0], command.arguments, command.environment)  # noqa: S606  TorchServe's own command


async def _follow(settings: FollowerSettings) -> None:
    logs.configure("follower", settings.log_level, redis_url=settings.redis_url)
    telemetry.configure("follower", settings.otlp_endpoint)
    if settings.metrics_port:
        REGISTRY.register(TorchServeMetrics(settings.torchserve_metrics_address))
        metrics.serve(settings.metrics_port)
    following = asyncio.create_task(make_follower(settings).run())
    stopping = asyncio.Event()
    following.add_done_callback(lambda _: stopping.set())
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopping.set)
    await stopping.wait()
    await background.end(following)


def make_follower(settings: FollowerSettings) -> Follower:
    """A follower with its clients; call it inside the event loop that will run it."""
    policy = settings.signature_policy()
    blobs = Blobs(settings.model_store, settings.store_access)
    releases = ReleaseLog(blobs, settings.model_name)
    gate = None
    if settings.reference_gate:
        cases = ReferenceCases(blobs, settings.model_name)
        limits = CostLimits(settings.max_median_ms, settings.max_worker_mib)
        gate = ReferenceGate(cases, settings.reference_margins, limits)
    management = ManagementClient(
        settings.management_address, settings.torchserve_folder / "key_file.json"
    )
    redis, judgements = open_redis(settings.redis_url), Judgements()
    batching = Batching(settings.batch_size, settings.max_batch_delay)
    cache = ArchiveCache(settings.torchserve_folder, releases, policy, batching)
    loader = VersionLoader(settings, management=management, inference=InferenceClient())
    return Follower(
        settings,
        releases=releases,
        cache=cache,
        management=management,
        loader=loader,
        trials=TrialRunner(
            trial_requests(redis, settings.model_name), cache, loader, gate, judgements
        ),
        regenerator=Regenerator(
            regeneration_requests(redis, settings.model_name),
            cache,
            loader,
            management,
            folder=settings.torchserve_folder,
            workers=settings.workers,
        ),
        board=ReplicaRegistry(redis, settings.model_name),
        gate=gate,
        judgements=judgements,
    )
