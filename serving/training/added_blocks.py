"""A deeper EfficientNet out of the weights of a shallower one of the same widths.

EfficientNet-Lite1 is Lite0 with a further block in five of its stages. After Net2DeeperNet (Chen,
Goodfellow and Shlens 2016, arXiv:1511.05641): an added block begins close to doing nothing, so
that the deeper network begins with what the shallower one had learned.
"""

import re
from collections.abc import Mapping

from torch import Tensor, nn

_BLOCK = re.compile(r"blocks\.(?P<stage>\d+)\.(?P<block>\d+)\.")
# Scale and shift of the last normalisation of an inverted residual block.
_RESIDUAL = ("bn3.weight", "bn3.bias")
# Of the residual that an added block copies; at 0 it would learn only slowly.
_SHARE = 0.1


def with_added_blocks(weights: Mapping[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """The weights, and a copy of the block before for each block that only `model` has.

    Args:
        weights: of a network like `model`, with as many blocks in each stage or fewer.
        model: a timm EfficientNet; of any other architecture the weights come back as they are.
    """
    grown = dict(weights)
    for name in model.state_dict():
        found = _BLOCK.match(name)
        if name in grown or found is None:
            continue
        before = f"blocks.{found['stage']}.{int(found['block']) - 1}.{name[found.end() :]}"
        # Names come block by block, so of two added blocks the first is there already.
        if before in grown:
            share = _SHARE if name.endswith(_RESIDUAL) else 1
            grown[name] = grown[before] * share
    return grown
