"""What the follower needs to know, from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from service_kit.settings import ObjectStoreSettings
from serving.archives.signature_settings import SignatureSettings
from serving.contract.reference_verdict import MARGINS
from serving.replica.cost_limits import MEDIAN_MS, WORKER_MIB
from serving.replica.cpu_cores import default_workers


class FollowerSettings(ObjectStoreSettings, SignatureSettings):
    """The follower's settings. A setting is an environment variable of the same name."""

    model_store: str = Field(
        description="Where archives and releases lie: file:///folder or s3://bucket/prefix.",
        pattern=r"^(file|s3|memory)://",
    )
    model_name: str = Field(default="lesion", description="The model that is served.")
    replica_id: str = Field(description="This replica's name, unique among all.")
    torchserve_folder: Path = Field(description="The folder TorchServe runs in.")
    inference_address: str = Field(
        default="http://127.0.0.1:8080", description="Where the gateway reaches this TorchServe."
    )
    management_address: str = Field(
        default="http://127.0.0.1:8081", description="TorchServe's management API, on loopback."
    )
    torchserve_metrics_address: str = Field(
        default="http://127.0.0.1:8082", description="TorchServe's metrics API, on loopback."
    )
    workers: int = Field(
        default_factory=default_workers,
        ge=1,
        le=64,
        description="Processes per model version; unset: one a core.",
    )
    batch_size: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Photos that TorchServe hands a worker at once. A worker computes them one "
        "after the other; compare sizes by make bench-batching.",
    )
    max_batch_delay: int = Field(
        default=50,
        ge=1,
        le=5_000,
        description="How long TorchServe waits for a batch to fill, in milliseconds; of no effect "
        "where BATCH_SIZE is 1.",
    )
    reference_gate: bool = Field(
        default=True,
        description="Load no new release whose answers to the reference cases are absurd, or worse "
        "than the live version's.",
    )
    reference_margins: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default=MARGINS,
        description="JSON, how much worse than live a figure on the reference cases may be: "
        '{"auc": 0.1}. A figure that is not named is not compared.',
    )
    max_median_ms: float = Field(
        default=MEDIAN_MS,
        gt=0,
        description="Load no new release whose median answer takes longer here, in milliseconds.",
    )
    max_worker_mib: int = Field(
        default=WORKER_MIB,
        gt=0,
        description="Load no new release of which a worker takes more memory here, in MiB.",
    )
    drain_seconds: float = Field(
        default=21,
        ge=0,
        description="How long an old version stays after a switch: the longest request deadline.",
    )
