"""The operators that an archive's graph may use, and the shape of what each gives.

Standard ONNX of opset 17 (https://onnx.ai/onnx/operators/), as far as convolutional classifiers
and vision transformers need it. None of them gives a shape that depends on a value, runs a
subgraph, or reads a file, so what a graph costs in memory and time is known before any of it runs.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Shape = tuple[int, ...]
Setting = float | int | tuple[float, ...] | tuple[int, ...]
Settings = Mapping[str, Setting]

# Of a kernel, a stride, a dilation or a margin: a photo has no more pixels.
MAX_STEP = 1024
# Of a value that was given another shape.
MAX_AXES = 5


class WrongUse(ValueError):
    """An operator doesn't fit what it is given; the text is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a node takes.

    Attributes:
        shapes: of its inputs that are numbers.
        settings: its attributes.
        whole: its inputs that are constant whole numbers.
        fixed: of `shapes`, whether that input is the same whatever the photos are.
    """

    shapes: Sequence[Shape]
    settings: Settings
    whole: Sequence[tuple[int, ...]] = ()
    fixed: Sequence[bool] = ()

    def steps(self, name: str, count: int, default: int, *, least: int) -> tuple[int, ...]:
        """A setting of `count` whole numbers, from `least` to `MAX_STEP`."""
        found = self.settings.get(name, (default,) * count)
        if not isinstance(found, tuple) or len(found) != count:
            raise WrongUse(f"has {name} that are not {count} numbers")
        steps = tuple(int(step) for step in found)
        if any(not least <= step <= MAX_STEP for step in steps):
            raise WrongUse(f"has {name} outside of {least} to {MAX_STEP}")
        return steps

    def only(self, name: str, *allowed: float, default: float) -> float:
        """A setting that has one of the allowed values."""
        found = self.settings.get(name, default)
        if isinstance(found, tuple) or found not in allowed:
            raise WrongUse(f"has {name} other than {' or '.join(map(str, allowed))}")
        return found


ShapeOf = Callable[[Given], Shape]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Attributes:
        shape: of what it gives; it raises `WrongUse`.
        inputs: how many it may take.
        settings: names of the attributes that it may have.
        whole: how many of its inputs are constant whole numbers.
        filters: whether every number that it gives sums up over a filter, its second input.
        rows: whether every number that it gives sums up over a row of its first input.
        of_weights: whether it may be used on weights alone, whose first axis is none of photos.
    """

    shape: ShapeOf
    inputs: tuple[int, ...]
    settings: frozenset[str] = frozenset()
    whole: int = 0
    filters: bool = False
    rows: bool = False
    of_weights: bool = False

    def multiplications(self, given: Given, result: Shape) -> int:
        """About how many a node takes."""
        each = 1
        if self.filters:
            each = math.prod(given.shapes[1][1:])
        elif self.rows:
            each = given.shapes[0][-1]
        return math.prod(result) * each


def _map(given: Given, at: int = 0) -> tuple[int, int, int, int]:
    shape = given.shapes[at]
    if len(shape) != 4:
        raise WrongUse("takes maps of four dimensions")
    return shape[0], shape[1], shape[2], shape[3]


def _same(given: Given) -> Shape:
    return given.shapes[0]


def _clip(given: Given) -> Shape:
    if any(math.prod(bound) != 1 for bound in given.shapes[1:]):
        raise WrongUse("has bounds that are not single numbers")
    return given.shapes[0]


def _broadcast(given: Given) -> Shape:
    one, other = given.shapes
    length = max(len(one), len(other))
    sides = []
    for a, b in zip(_padded(one, length), _padded(other, length), strict=True):
        if a != b and 1 not in (a, b):
            raise WrongUse(f"takes {list(one)} and {list(other)}, which don't fit")
        sides.append(max(a, b))
    return tuple(sides)


def _padded(shape: Shape, length: int) -> Shape:
    return (1,) * (length - len(shape)) + shape


def _window(given: Given, sides: Shape, kernel: Shape) -> Shape:
    """Height and width after a kernel went over them."""
    strides = given.steps("strides", 2, 1, least=1)
    dilations = given.steps("dilations", 2, 1, least=1)
    pads = given.steps("pads", 4, 0, least=0)
    rounded_up = given.only("ceil_mode", 0, 1, default=0)
    result = []
    for axis in range(2):
        room = sides[axis] + pads[axis] + pads[axis + 2]
        room -= dilations[axis] * (kernel[axis] - 1) + 1
        if room < 0:
            raise WrongUse("has a kernel that is larger than its map")
        result.append((-(-room // strides[axis]) if rounded_up else room // strides[axis]) + 1)
    return tuple(result)


def _conv(given: Given) -> Shape:
    photos, channels, *sides = _map(given)
    filters, depth, *kernel = _map(given, 1)
    group = given.settings.get("group", 1)
    if not isinstance(group, int) or group < 1 or depth * group != channels or filters % group:
        raise WrongUse("has filters that don't fit its map's channels")
    if given.steps("kernel_shape", 2, 0, least=0) not in (tuple(kernel), (0, 0)):
        raise WrongUse("has a kernel_shape other than its filters'")
    if given.shapes[2:] not in ([], [(filters,)]):
        raise WrongUse("has a bias that doesn't fit its filters")
    return photos, filters, *_window(given, tuple(sides), tuple(kernel))


def _pool(given: Given) -> Shape:
    photos, channels, *sides = _map(given)
    kernel = given.steps("kernel_shape", 2, 0, least=1)
    given.only("storage_order", 0, default=0)
    return photos, channels, *_window(given, tuple(sides), kernel)


def _global_pool(given: Given) -> Shape:
    photos, channels, _, _ = _map(given)
    return photos, channels, 1, 1


def _batch_norm(given: Given) -> Shape:
    shape = given.shapes[0]
    given.only("training_mode", 0, default=0)
    if len(shape) < 2 or any(part != (shape[1],) for part in given.shapes[1:]):
        raise WrongUse("has statistics that don't fit its map's channels")
    return shape


def _axis(axis: Setting, shape: Shape) -> int:
    """An axis counted from the front; never the first, so that photos stay apart."""
    if not isinstance(axis, int | float) or not -len(shape) <= axis < len(shape):
        raise WrongUse("names an axis that its input doesn't have")
    found = int(axis) % len(shape)
    if found == 0:
        raise WrongUse("works across photos")
    return found


def _concat(given: Given) -> Shape:
    first = given.shapes[0]
    axis = _axis(given.settings.get("axis", 0), first)
    rest = {(*shape[:axis], *shape[axis + 1 :]) for shape in given.shapes}
    if len(rest) != 1 or any(len(shape) != len(first) for shape in given.shapes):
        raise WrongUse("joins maps that don't fit")
    joined = sum(shape[axis] for shape in given.shapes)
    return (*first[:axis], joined, *first[axis + 1 :])


def _reduce(given: Given) -> Shape:
    shape = given.shapes[0]
    named = given.settings.get("axes", ())
    axes = {_axis(axis, shape) for axis in (named if isinstance(named, tuple) else ())}
    if not axes:
        raise WrongUse("works across photos")
    kept = given.only("keepdims", 0, 1, default=1)
    sides = [1 if at in axes else side for at, side in enumerate(shape)]
    return tuple(side for at, side in enumerate(sides) if kept or at not in axes)


def _flatten(given: Given) -> Shape:
    shape = given.shapes[0]
    given.only("axis", 1, default=1)
    return shape[0], math.prod(shape[1:])


def _gemm(given: Given) -> Shape:
    rows, weight = given.shapes[:2]
    given.only("transA", 0, default=0)
    given.only("alpha", 1, default=1)
    given.only("beta", 1, default=1)
    if len(rows) != 2 or len(weight) != 2:
        raise WrongUse("takes matrices")
    inner, outer = weight[::-1] if given.only("transB", 0, 1, default=0) else weight
    if rows[1] != inner or given.shapes[2:] not in ([], [(outer,)]):
        raise WrongUse("takes matrices that don't fit")
    return rows[0], outer


def _pad(given: Given) -> Shape:
    shape, pads = given.shapes[0], given.whole[0]
    if len(pads) != 2 * len(shape) or any(not 0 <= pad <= MAX_STEP for pad in pads):
        raise WrongUse("has margins that don't fit")
    if pads[0] or pads[len(shape)]:
        raise WrongUse("works across photos")
    return tuple(side + pads[at] + pads[at + len(shape)] for at, side in enumerate(shape))


def _matmul(given: Given) -> Shape:
    rows, columns = given.shapes
    # Weights for all photos alike; or a matrix of its own for each photo, and each head of it.
    weights = len(columns) == 2 and given.fixed[1]
    alike = len(rows) == len(columns) > 2 and rows[:-2] == columns[:-2]
    if len(rows) < 2 or not (weights or alike) or rows[-1] != columns[-2]:
        raise WrongUse(f"takes {list(rows)} and {list(columns)}, which don't fit")
    return (*rows[:-1], columns[-1])


def _transpose(given: Given) -> Shape:
    shape, order = given.shapes[0], given.settings.get("perm")
    if not isinstance(order, tuple) or sorted(order) != list(range(len(shape))):
        raise WrongUse("has an order that doesn't name each axis once")
    axes = [int(axis) for axis in order]
    if axes[0] != 0 and not given.fixed[0]:
        raise WrongUse("works across photos")
    return tuple(shape[axis] for axis in axes)


def _reshape(given: Given) -> Shape:
    shape, wanted = given.shapes[0], given.whole[0]
    # 0 is whatever it was: as many photos.
    if not wanted or wanted[0] != 0:
        raise WrongUse("works across photos")
    if len(wanted) > MAX_AXES or any(side < 1 for side in wanted[1:]):
        raise WrongUse("has sides that are not given as numbers, or too many")
    if math.prod(wanted[1:]) != math.prod(shape[1:]):
        raise WrongUse(f"makes {list(wanted)} of {list(shape)}, which don't fit")
    return shape[0], *wanted[1:]


def _slice(given: Given) -> Shape:
    shape = given.shapes[0]
    starts, ends, axes = given.whole
    if not len(starts) == len(ends) == len(axes) == 1:
        raise WrongUse("cuts along more axes than one")
    axis = _axis(axes[0], shape)
    start, end = starts[0], min(ends[0], shape[axis])
    if not 0 <= start < end:
        raise WrongUse("cuts out nothing, or counts from the end")
    return (*shape[:axis], end - start, *shape[axis + 1 :])


def _softmax(given: Given) -> Shape:
    shape = given.shapes[0]
    _axis(given.settings.get("axis", -1), shape)
    return shape


def _layer_norm(given: Given) -> Shape:
    shape = given.shapes[0]
    given.only("stash_type", 1, default=1)
    if _axis(given.settings.get("axis", -1), shape) != len(shape) - 1:
        raise WrongUse("normalises along more axes than the last")
    if any(part != shape[-1:] for part in given.shapes[1:]):
        raise WrongUse("has a scale that doesn't fit its last axis")
    return shape


_ONE, _TWO = (1,), (2,)
_WINDOW = frozenset({"kernel_shape", "strides", "pads", "dilations", "ceil_mode"})

OPERATORS: Mapping[str, Operator] = {
    **{name: Operator(_same, _ONE) for name in (
        "Relu", "Sigmoid", "HardSwish", "Tanh", "Softplus", "Erf", "Sqrt", "Identity",
    )},
    "LeakyRelu": Operator(_same, _ONE, frozenset({"alpha"})),
    "Elu": Operator(_same, _ONE, frozenset({"alpha"})),
    "HardSigmoid": Operator(_same, _ONE, frozenset({"alpha", "beta"})),
    "Clip": Operator(_clip, (1, 2, 3)),
    **{name: Operator(_broadcast, _TWO) for name in ("Add", "Sub", "Mul", "Div", "PRelu")},
    "Conv": Operator(_conv, (2, 3), _WINDOW - {"ceil_mode"} | {"group"}, filters=True),
    "BatchNormalization": Operator(
        _batch_norm, (5,), frozenset({"epsilon", "momentum", "training_mode"})
    ),
    "MaxPool": Operator(_pool, _ONE, _WINDOW | {"storage_order"}),
    "AveragePool": Operator(_pool, _ONE, _WINDOW - {"dilations"} | {"count_include_pad"}),
    "GlobalAveragePool": Operator(_global_pool, _ONE),
    "ReduceMean": Operator(_reduce, _ONE, frozenset({"axes", "keepdims"})),
    "Concat": Operator(_concat, tuple(range(1, 65)), frozenset({"axis"})),
    "Pad": Operator(_pad, (2, 3), whole=1),
    "Flatten": Operator(_flatten, _ONE, frozenset({"axis"})),
    "Gemm": Operator(
        _gemm, (2, 3), frozenset({"alpha", "beta", "transA", "transB"}), filters=True
    ),
    "MatMul": Operator(_matmul, _TWO, rows=True),
    "Transpose": Operator(_transpose, _ONE, frozenset({"perm"}), of_weights=True),
    "Reshape": Operator(_reshape, _TWO, whole=1),
    "Slice": Operator(_slice, (4,), whole=3),
    "Softmax": Operator(_softmax, _ONE, frozenset({"axis"})),
    "LayerNormalization": Operator(
        _layer_norm, (2, 3), frozenset({"axis", "epsilon", "stash_type"})
    ),
}  # fmt: skip
