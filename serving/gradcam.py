"""Where the model looked: Grad-CAM (Selvaraju et al. 2017) at the last feature map.

For a classifier that ends in global average pooling and one linear layer, the gradient of a
class's logit by the feature map A (shape K×H×W) is that class's weight w_k over H·W, the same
everywhere, so Grad-CAM needs no backward pass:

    ReLU(sum_k w_k A_k) / (H·W)

Other heads fall back to autograd.
"""

import torch
from torch import Tensor, nn


def from_linear_head(features: Tensor, weight: Tensor) -> Tensor:
    """Grad-CAM in closed form.

    Args:
        features: N×K×H×W, the map that is pooled.
        weight: N×K, the linear layer's row of each image's target class.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    height, width = features.shape[-2:]
    return torch.einsum("nk,nkhw->nhw", weight, features).relu() / (height * width)


def from_autograd(features: Tensor, head: nn.Module, targets: Tensor) -> Tensor:
    """Grad-CAM by its definition, for any differentiable head.

    Args:
        features: N×K×H×W.
        head: takes `features` to N×C logits.
        targets: N class indices.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    with torch.enable_grad():
        # A copy: the features may come from inference mode, where nothing can be derived.
        leaf = features.clone().detach().requires_grad_()
        chosen = head(leaf).gather(1, targets[:, None]).sum()
        (gradient,) = torch.autograd.grad(chosen, leaf)
    weights = gradient.mean(dim=(2, 3))
    return torch.einsum("nk,nkhw->nhw", weights, features).relu()
