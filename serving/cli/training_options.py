"""The options of `train`: what a run's recipe can vary (`serving.training.recipe`)."""

from pathlib import Path
from typing import Annotated

import typer

Architecture = Annotated[
    str, typer.Option(help="timm's name, or torchvision's: torchvision.resnet18.")
]
Steps = Annotated[int, typer.Option(min=1, help="Batches to train on.")]
Size = Annotated[int, typer.Option(min=64, max=1024, help="Side of the input, in pixels.")]
LeaveOut = Annotated[str, typer.Option(help="A source to keep out of training and validation.")]
Seed = Annotated[int, typer.Option(help="Of all randomness in the run.")]
Start = Annotated[
    Path | None,
    typer.Option(
        help="Weights of an earlier run (model.safetensors), or an archive (.mar), to start from.",
        exists=True,
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(
        help="A state dict of timm or torchvision to start from (.safetensors, .pth); its head may "
        "have any size.",
        exists=True,
    ),
]
Device = Annotated[
    str, typer.Option(help="cpu, cuda (in bfloat16), or auto: cuda where there is one.")
]
Batch = Annotated[int, typer.Option(min=4, max=4096, help="Photos in a step.")]
Workers = Annotated[int, typer.Option(min=1, max=256, help="Photos that are decoded at once.")]
Rate = Annotated[
    float, typer.Option(help="Highest learning rate; the head's is five times as high.")
]
Compressed = Annotated[
    float, typer.Option(min=0, max=1, help="Share of photos to compress again as JPEG.")
]
Balance = Annotated[
    float,
    typer.Option(min=0, max=1, help="1 draws sources and classes equally, 0 as they occur."),
]
LabelSmoothing = Annotated[
    float, typer.Option(min=0, max=0.5, help="How far the right label is from certain.")
]
BlankedOneIn = Annotated[
    int, typer.Option(min=2, help="One photo in this many has its lesion painted over.")
]
KeepOfStart = Annotated[
    float,
    typer.Option(min=0, max=1, help="Share of the weights of --start that the result keeps."),
]
Diagnoses = Annotated[
    float,
    typer.Option(min=0, max=1, help="Weight of also learning the diagnoses that metadata names."),
]
FrozenStages = Annotated[
    int, typer.Option(min=0, help="First stages of an EfficientNet that are not trained.")
]
WarmUpSteps = Annotated[
    int | None,
    typer.Option(
        min=1, help="Steps up to the highest rate.", show_default="a tenth of --steps, 150 at most"
    ),
]
Averaging = Annotated[
    float, typer.Option(min=0, max=0.9999, help="What the averaged weights keep at each step.")
]
EvaluateEvery = Annotated[int, typer.Option(min=1, help="Steps between validations.")]
