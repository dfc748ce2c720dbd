"""Writes a PyTorch classifier as an archive's graph (`serving.archives.graph`)."""

import tempfile
import warnings
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import (
    BATCH,
    FEATURES,
    IR_VERSION,
    LOGITS,
    OPSET,
    GraphInvalid,
    port,
    read_graph,
    written,
)
from serving.archives.graph_operators import OPERATORS, Shape
from serving.pytorch.architectures import FeaturesAndLogits

# How the exporter calls the parameters of `FeaturesAndLogits`.
_PREFIX = "_model."
# ONNX's number for whole numbers, and what a Slice takes that says which steps it makes.
_INT64, _SLICE_WITH_STEPS = 7, 5


def write_graph(
    model: nn.Module, size: int, classes: int = 2, *, by_occlusion: bool = False
) -> bytes:
    """A model as a graph over its own tensors.

    Args:
        model: a classifier of `architectures`, evaluating.
        size: pixels of its input.
        classes: how many it tells apart.
        by_occlusion: as `read_graph`.

    Raises:
        GraphInvalid: it needs an operator that graphs may not use, or has a head without a closed
            form.
    """
    tensors = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    whole = graph_pb2.Model.FromString(_folded(_exported(model, size), tensors))
    content = written(_plain(whole, tensors, size, model))
    # As whoever opens the archive.
    read_graph(content, tensors, size=size, classes=classes, by_occlusion=by_occlusion)
    return content


def _told_apart(model: nn.Module) -> nn.Module:
    """A copy without two equal tensors: the exporter would give one of them for both."""
    copy = deepcopy(model).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in copy.state_dict().values():
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5, generator=generator)
    return copy


def _exported(model: nn.Module, size: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        out = Path(folder) / "exported.onnx"
        # Deprecated; the exporter by torch.export would need onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            FeaturesAndLogits(_told_apart(model)).eval(),
            (torch.zeros(1, 3, size, size),),
            out,
            dynamo=False,
            opset_version=OPSET,
            # Otherwise BatchNorm's tensors would be folded into others, which no file holds.
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=[BATCH],
            output_names=[FEATURES, LOGITS],
        )
        return out.read_bytes()


def _folded(exported: bytes, tensors: Mapping[str, Shape]) -> bytes:
    """Everything computed that depends neither on the photo nor on the weights, such as shapes."""
    model = graph_pb2.Model.FromString(exported)
    constants = []
    for constant in model.graph.initializer:
        name = constant.name.removeprefix(_PREFIX)
        if name in tensors:
            # A weight becomes an input, so that ONNX Runtime leaves it and its name alone.
            held = port(constant.name, (1, *constant.dims))
            del held.type.tensor_type.shape.dim[0]
            model.graph.input.append(held)
        else:
            constants.append(constant)
    del model.graph.initializer[:]
    model.graph.initializer.extend(constants)
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        options.log_severity_level = 3
        onnxruntime.InferenceSession(
            model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            # It would make one long list of all photos' tokens.
            disabled_optimizers=["MatMulAddFusion"],
        )
        return Path(options.optimized_model_filepath).read_bytes()


def _plain(
    whole: graph_pb2.Model, tensors: Mapping[str, Shape], size: int, model: nn.Module
) -> graph_pb2.Model:
    """What a graph may hold of an ONNX file, under short names."""
    names = {name: name for name in (BATCH, FEATURES, LOGITS)}
    names |= {_PREFIX + name: name for name in tensors}

    def short(name: str) -> str:
        return names.setdefault(name, f"/{len(names) - len(tensors)}")

    held = {constant.name: constant for constant in whole.graph.initializer}
    nodes = [
        graph_pb2.Node(
            input=map(short, _inputs(node, held)),
            output=map(short, node.output),
            op_type=node.op_type,
            attribute=_settings(node),
        )
        for node in whole.graph.node
    ]
    taken = {name for node in nodes for name in node.input}
    constants = [
        graph_pb2.Tensor(
            dims=constant.dims,
            data_type=constant.data_type,
            name=short(constant.name),
            raw_data=constant.raw_data,
        )
        for constant in held.values()
        if short(constant.name) in taken
    ]
    with torch.inference_mode():
        features, logits = FeaturesAndLogits(model).eval()(torch.zeros(1, 3, size, size))
    return graph_pb2.Model(
        ir_version=IR_VERSION,
        opset_import=[graph_pb2.OperatorSet(version=OPSET)],
        graph=graph_pb2.Graph(
            name="model",
            node=nodes,
            initializer=constants,
            input=[port(BATCH, (1, 3, size, size))],
            output=[port(FEATURES, tuple(features.shape)), port(LOGITS, tuple(logits.shape))],
        ),
    )


def _inputs(node: graph_pb2.Node, held: dict[str, graph_pb2.Tensor]) -> list[str]:
    """What a node takes, for any number of photos; a constant that is needed joins `held`."""
    # An input that is left out has no name.
    names = [name for name in node.input if name]
    if node.op_type == "Reshape" and names[1] in held:
        sides = np.frombuffer(held[names[1]].raw_data, "<i8").copy()
        if sides.size and sides[0] == 1:
            # As many as there are, instead of the one that the graph was exported with.
            sides[0] = 0
            names[1] += " for any number"
            held[names[1]] = graph_pb2.Tensor(
                dims=sides.shape, data_type=_INT64, name=names[1], raw_data=sides.tobytes()
            )
    if node.op_type == "Slice" and len(names) == _SLICE_WITH_STEPS and names[4] in held:
        steps = np.frombuffer(held[names[4]].raw_data, "<i8")
        # Every single one, which need not be said.
        names = names[:4] if (steps == 1).all() else names
    return names


def _settings(node: graph_pb2.Node) -> list[graph_pb2.Attribute]:
    operator = OPERATORS.get(node.op_type)
    if operator is None:
        raise GraphInvalid(f"would need the operator {node.op_type}, which graphs may not use")
    # ONNX Runtime writes the defaults out, texts among them (auto_pad), which graphs can't hold.
    settings = []
    for attribute in node.attribute:
        if attribute.name in operator.settings:
            attribute.DiscardUnknownFields()
            settings.append(attribute)
    return settings
