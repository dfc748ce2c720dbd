"""Between TorchServe's findings, the contract's messages and what clients read."""

import grpc
import numpy as np

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.heatmaps import Grid, display_maximum
from serving.contract.findings import Finding, Heatmap


def finding_message(finding: Finding) -> pb.Finding:
    """A finding as patient_service keeps it; most fields have the same name there."""
    return pb.Finding(
        **finding.model_dump(exclude={"model", "heatmap"}, exclude_none=True),
        model_name=finding.model.name,
        model_version=finding.model.version,
        heatmap=heatmap_message(finding.heatmap),
    )


def heatmap_message(heatmap: Heatmap) -> pb.Heatmap:
    """A heatmap as patient_service keeps it: row by row."""
    grid = np.asarray(heatmap.grid, np.float32)
    return pb.Heatmap(
        rows=grid.shape[0],
        columns=grid.shape[1],
        values=grid.ravel().tolist(),
        target=heatmap.target,
        method=heatmap.method,
        layer=heatmap.layer,
        maximum=float(grid.max()),
    )


def refusal_of(error: grpc.aio.AioRpcError) -> str:
    """Why the record refuses an answer for what it is; "" where something else is the matter."""
    if error.code() != grpc.StatusCode.INVALID_ARGUMENT:
        return ""
    return f"the clinical record refuses them: {error.details() or 'no reason given'}"


def display_name(entry: pb.DifferentialDiagnosis) -> str:
    """A diagnosis of the differential as people write it."""
    return entry.diagnosis.replace("_", " ")


def grid_of(heatmap: pb.Heatmap) -> Grid:
    """The grid, rows by columns."""
    return np.asarray(heatmap.values, np.float32).reshape(heatmap.rows, heatmap.columns)


def shown_maximum(heatmap: pb.Heatmap) -> float:
    """What full colour stands for when this heatmap is shown."""
    return display_maximum(grid_of(heatmap))
