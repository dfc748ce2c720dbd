"""Writes what a finished training leaves behind: averaged weights, and how they came about."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from safetensors.torch import save_file

from serving.training.runs import RECIPE
from serving.training.train import Training


def save_run(training: Training, folder: Path, *, finished: datetime) -> None:
    """Write the averaged weights (half precision) and what it takes to evaluate them."""
    state = {
        name: (w.half() if w.is_floating_point() else w).contiguous()
        for name, w in training.average.state_dict().items()
    }
    state = {name: tensor.cpu() for name, tensor in state.items()}
    save_file(state, folder / "model.safetensors")
    described = {
        **asdict(training.recipe),
        "leave_out": training.leave_out,
        "finished": finished.isoformat(timespec="seconds"),
    }
    (folder / RECIPE).write_text(json.dumps(described, indent=2))
