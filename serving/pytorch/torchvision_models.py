"""torchvision's classifiers with the same two halves as timm's: features, then a head.

Named `torchvision.<name>` in a card. Models qualify whose last pooling is a module `avgpool` that
is followed by linear layers only (and what stands between them): ResNet, RegNet, EfficientNet,
MobileNetV3, GoogLeNet, VGG and the like.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

import torchvision
from torch import Tensor, nn

PREFIX = "torchvision."


class TorchvisionClassifier(nn.Module):
    """A torchvision model, cut before its last pooling."""

    def __init__(self, name: str, classes: int) -> None:
        super().__init__()
        whole = torchvision.models.get_model(name, weights=None, num_classes=classes)
        children = OrderedDict(whole.named_children())
        if "avgpool" not in children:
            raise ValueError(f"{name} has no module `avgpool` to cut before")
        names = list(children)
        cut = names.index("avgpool")
        self.body = nn.Sequential(OrderedDict((n, children[n]) for n in names[:cut]))
        self.avgpool = children["avgpool"]
        self.head = nn.Sequential(OrderedDict((n, children[n]) for n in names[cut + 1 :]))

    def forward_features(self, batch: Tensor) -> Tensor:
        """NxKxHxW, the map that is pooled."""
        features: Tensor = self.body(batch)
        return features

    def forward_head(self, features: Tensor, pre_logits: bool = False) -> Tensor:
        """NxC logits of NxKxHxW; what the last layer makes them of, if asked."""
        pooled: Tensor = self.avgpool(features).flatten(1)
        if not pre_logits:
            logits: Tensor = self.head(pooled)
            return logits
        last = self.get_classifier()
        for layer in (found for found in self.head.modules() if not [*found.children()]):
            if layer is last:
                break
            pooled = layer(pooled)
        return pooled

    def forward(self, batch: Tensor) -> Tensor:
        """NxC logits of Nx3xHxW."""
        return self.forward_head(self.forward_features(batch))

    def get_classifier(self) -> nn.Module:
        """The layer that answers."""
        linear = [module for module in self.head.modules() if isinstance(module, nn.Linear)]
        return linear[-1]


def our_names(state: Mapping[str, Tensor], own: Iterable[str]) -> dict[str, Tensor]:
    """A torchvision state dict under the names that its layers have inside ours."""
    inside = {name.partition(".")[2]: name for name in own}
    return {inside[name]: tensor for name, tensor in state.items() if name in inside}


def knows(architecture: str) -> bool:
    """Whether this names a torchvision classifier."""
    name = architecture.removeprefix(PREFIX)
    return architecture.startswith(PREFIX) and name in torchvision.models.list_models(
        module=torchvision.models
    )
