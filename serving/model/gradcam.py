"""Where the model looked: Grad-CAM (Selvaraju et al. 2017) at the last feature map.

For a classifier that ends in global average pooling and one linear layer, the gradient of a
class's logit by the feature map A (shape K×H×W) is that class's weight w_k over H·W, the same
everywhere, so Grad-CAM needs no backward pass:

    ReLU(sum_k w_k A_k) / (H·W)

Other heads need autograd: `serving.pytorch.backends.explain_by_autograd`.
"""

import numpy as np

from serving.archives.weights_file import Floats


def from_linear_head(features: Floats, weight: Floats) -> Floats:
    """Grad-CAM in closed form.

    Args:
        features: N×K×H×W, the map that is pooled.
        weight: N×K, the linear layer's row of each image's target class.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    count, channels, height, width = features.shape
    rows = features.reshape(count, channels, height * width)
    weighted: Floats = (weight[:, None, :] @ rows).reshape(count, height, width)
    cams: Floats = np.maximum(weighted, 0)
    cams /= height * width
    return cams
