"""Where the model looked: Grad-CAM (Selvaraju et al. 2017) at the last feature map.

For a classifier that ends in global average pooling and one linear layer, the gradient of a
class's logit by the feature map A (shape K×H×W) is that class's weight w_k over H·W, the same
everywhere, so Grad-CAM needs no backward pass:

    ReLU(sum_k w_k A_k) / (H·W)

Other heads need autograd: `torch_backends.explain_by_autograd`.
"""

from functools import lru_cache

import numpy as np

from serving.archives.weights_file import Floats

# A map fades over so much of the way from the middle to the outermost cells, and ends here.
_END, _OVER = 1.15, 0.5


def from_linear_head(features: Floats, weight: Floats) -> Floats:
    """Grad-CAM in closed form.

    Args:
        features: N×K×H×W, the map that is pooled.
        weight: N×K, the linear layer's row of each image's target class.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    cams: Floats = np.maximum(evidence(features, weight), 0)
    return cams


def evidence(features: Floats, weight: Floats) -> Floats:
    """What each cell adds to a linear function of the pooled map: N×H×W, of either sign.

    Args:
        features: N×K×H×W, the map that is pooled.
        weight: N×K.
    """
    count, channels, height, width = features.shape
    rows = features.reshape(count, channels, height * width)
    weighted: Floats = (weight[:, None, :] @ rows).reshape(count, height, width)
    weighted /= height * width
    return weighted


def shown(cams: Floats) -> Floats:
    """Maps as they are shown: by how much each cell exceeds the least, fading to the edge.

    A cell at the edge sees little of what is inside the model's circle, and the corners nothing.

    Args:
        cams: N×H×W, of either sign.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    above: Floats = cams - cams.min(axis=(1, 2), keepdims=True)
    above *= _fading(cams.shape[1], cams.shape[2])
    return above


@lru_cache
def _fading(height: int, width: int) -> Floats:
    """H×W: 1 up to 0.65 of the way from the middle to the outermost cells, 0 in the corners."""
    y, x = (np.linspace(-1, 1, side) if side > 1 else np.zeros(1) for side in (height, width))
    faded: Floats = np.clip((_END - np.hypot(x[None, :], y[:, None])) / _OVER, 0, 1)
    return faded.astype(np.float32)
