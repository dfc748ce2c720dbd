"""ONNX files from outside, as archives hold them: a graph over named weights, with a head of ours.

The file is read as data, folded by ONNX Runtime, and cut before its last linear layer. Where that
takes the means of the last feature map, a heatmap has a closed form; of other heads it is made by
occlusion. What remains must use the operators that archives allow
(`serving.archives.graph_operators`).
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import shape_inference

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import (
    BATCH,
    FEATURES,
    IR_VERSION,
    LOGITS,
    OPSET,
    port,
    read_graph,
    written,
)
from serving.archives.weights_file import Floats
from serving.training.onnx_walk import Walk

MAX_BYTES = 512 * 1024 * 1024
# Of which the operators mean what they mean in an archive's opset, but for where axes stand.
OPSETS = range(13, 24)
HEAD_WEIGHT, HEAD_BIAS = "head.weight", "head.bias"


@dataclass(frozen=True, slots=True)
class OnnxFile:
    """A classifier from outside, cut before its last layer.

    Attributes:
        path: of the file.
        size: pixels of its input.
        nodes: from the photo to what the last layer takes, in an archive's spelling.
        taken: the name of that; "" where it is the means of the feature map.
        constants: small whole numbers that the nodes take.
        weights: float32, by name.
        features: shape of the map, 1×K×H×W.
        head_weight, head_bias: C×K and C of the last layer.
    """

    path: Path
    size: int
    nodes: list[graph_pb2.Node]
    taken: str
    constants: list[graph_pb2.Tensor]
    weights: dict[str, Floats]
    features: tuple[int, int, int, int]
    head_weight: Floats
    head_bias: Floats

    @property
    def by_occlusion(self) -> bool:
        """Whether its head has no closed form of a heatmap."""
        return bool(self.taken)

    def graph(self, weight: Floats, bias: Floats) -> tuple[bytes, dict[str, Floats]]:
        """The graph with another last layer, and its weights.

        Args:
            weight: C×K.
            bias: C.

        Raises:
            GraphInvalid: it needs what archives' graphs may not hold.
        """
        pooling = [
            graph_pb2.Node(input=[FEATURES], output=["pooled"], op_type="GlobalAveragePool"),
            graph_pb2.Node(input=["pooled"], output=["flat"], op_type="Flatten"),
        ]
        tail = [
            *([] if self.taken else pooling),
            graph_pb2.Node(
                input=[self.taken or "flat", HEAD_WEIGHT, HEAD_BIAS],
                output=[LOGITS],
                op_type="Gemm",
                attribute=[graph_pb2.Attribute(name="transB", i=1, type=2)],
            ),
        ]
        content = written(
            graph_pb2.Model(
                ir_version=IR_VERSION,
                opset_import=[graph_pb2.OperatorSet(version=OPSET)],
                graph=graph_pb2.Graph(
                    name="model",
                    node=[*self.nodes, *tail],
                    initializer=self.constants,
                    input=[port(BATCH, (1, 3, self.size, self.size))],
                    output=[port(FEATURES, self.features), port(LOGITS, (1, len(weight)))],
                ),
            )
        )
        weights = self.weights | {HEAD_WEIGHT: weight, HEAD_BIAS: bias}
        shapes = {name: values.shape for name, values in weights.items()}
        # As whoever opens the archive.
        read_graph(
            content, shapes, size=self.size, classes=len(weight), by_occlusion=self.by_occlusion
        )
        return content, weights


def read_onnx(path: Path, size: int) -> OnnxFile:
    """Read a classifier; nothing of it is run but its constants.

    Args:
        path: the file.
        size: pixels of the input, where the file leaves it open.

    Raises:
        ValueError: it can't be served; the message says why and what to do.
    """
    model = _folded(_checked(path, size), path)
    reading = Walk(model, path)
    reading.require_no_attention()
    head = reading.head()
    shape = reading.map_shape(head.features)
    nodes = list(reading.nodes_to(head.features if head.pools else head.taken, head.features))
    return OnnxFile(
        path,
        size,
        nodes,
        "" if head.pools else reading.name_of(head.taken),
        reading.constants,
        reading.weights,
        shape,
        head.weight,
        head.bias,
    )


def _checked(path: Path, size: int) -> onnx.ModelProto:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"{path} is larger than {MAX_BYTES >> 20} MiB, the most an archive holds")
    try:
        model = onnx.load_model(str(path), load_external_data=False)
    except (DecodeError, ValueError) as error:
        raise ValueError(f"{path} is no ONNX file: {str(error).splitlines()[0]}") from None
    if not model.graph.node:
        raise ValueError(f"{path} is no ONNX file, or an empty one")
    if any(held.data_location == onnx.TensorProto.EXTERNAL for held in model.graph.initializer):
        raise ValueError(
            f"{path} keeps its weights in another file: save it whole, onnx.save(onnx.load(FILE), "
            "WHOLE), or export it with external_data=False"
        )
    foreign = sorted({entry.domain for entry in model.opset_import} - {"", "ai.onnx"})
    used = sorted({node.op_type for node in model.graph.node if node.domain in foreign})
    if used or model.functions:
        raise ValueError(
            f"{path} needs more than ONNX's own operators: {', '.join(used) or 'functions'}; "
            "export it without them"
        )
    opset = max(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    if opset not in OPSETS:
        raise ValueError(f"{path} is of opset {opset}: export it again with opset_version={OPSET}")
    _fix_input(model, path, size)
    return model


def _fix_input(model: onnx.ModelProto, path: Path, size: int) -> None:
    """Call the input `batch`, for one photo of `size` pixels."""
    held = {tensor.name for tensor in model.graph.initializer}
    inputs = [found for found in model.graph.input if found.name not in held]
    if len(inputs) != 1:
        names = ", ".join(found.name for found in inputs)
        raise ValueError(f"{path} takes {len(inputs)} inputs ({names}), not photos alone")
    tensor = inputs[0].type.tensor_type
    sides = [side.dim_value for side in tensor.shape.dim]
    if len(sides) == 4 and sides[3] == 3 and sides[1] != 3:
        raise ValueError(
            f"{path} takes photos of height × width × channels: export it with channels first "
            "(tf2onnx: --inputs-as-nchw)"
        )
    if tensor.elem_type != onnx.TensorProto.FLOAT or len(sides) != 4 or sides[1] not in (0, 3):
        raise ValueError(f"{path} does not take float32 photos of N × 3 × height × width")
    for side in sides[2:]:
        if side not in (0, size):
            raise ValueError(f"{path} takes photos of {sides[2]} × {sides[3]} pixels, not of "
                             f"{size}: give --size {side}")  # fmt: skip
    for dimension, side in zip(tensor.shape.dim, (1, 3, size, size), strict=True):
        dimension.dim_value = side
    # Shapes that were written for any number of photos.
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")


def _folded(model: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    """With everything computed that doesn't depend on the photo, and the shape of each value."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        options.log_severity_level = 4
        try:
            onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  its exceptions have no common base but this
            raise ValueError(f"ONNX Runtime can't open {path}: {str(error)[:200]}") from None
        folded = onnx.load_model(options.optimized_model_filepath)
    return shape_inference.infer_shapes(folded)
