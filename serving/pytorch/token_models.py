"""timm's vision transformers with the same two halves as other classifiers: a map, then a head.

A transformer has a token for each patch of the photo, and may have others beside them: a class
token, registers. What its heatmap rests on depends on what its last layer takes:

- The mean of the patches' tokens: they are the map, cell by cell, and Grad-CAM has its closed form.
  Where a normalisation stands between mean and layer, each token is normalised before, in the scale
  that the mean has. The mean of such tokens is the normalised mean, so the logits stay what they
  were, and a cell still shows its share of the logit.
- Anything else, such as a class token: nothing of the last layer says where something lies. Its
  input is a map of one cell, and heatmaps are made by occlusion (`serving.model.occlusion`).

Photos stay along the first axis throughout, so that the model can be an archive's graph.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
from timm.layers.attention import Attention
from timm.layers.patch_embed import PatchEmbed
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torch.nn import functional

from serving.archives.card import Heatmap

_PREFIX = "whole."


class TokenClassifier(nn.Module):
    """A vision transformer of timm, cut before its last layer.

    Args:
        whole: of one of timm's `vit_*` or `deit*`, which `knows` knows.
        size: pixels of its input; its own where None.

    Raises:
        ValueError: the input can't be divided into its patches.
    """

    def __init__(self, whole: nn.Module, size: int | None = None) -> None:
        super().__init__()
        # Untyped, as all of timm's models are.
        self.whole: Any = cast(Any, whole)
        step = self.whole.patch_embed.patch_size[0]
        if size is not None and size % step:
            raise ValueError(
                f"an input of {size} pixels does not consist of patches of {step} pixels: choose a "
                f"multiple of {step}"
            )
        if size is not None and self.whole.patch_embed.img_size != (size, size):
            self.whole.set_input_size((size, size))
        for module in whole.modules():
            if type(module) is Attention:
                # The same weights under the same names, and no copy of them.
                module.__class__ = _PhotosFirst

    @property
    def heatmap(self) -> Heatmap:
        """How the model's heatmaps come about."""
        return "grad-cam" if self._averages else "occlusion"

    @property
    def _averages(self) -> bool:
        """Whether the last layer takes the mean of the patches' tokens, normalised or not."""
        whole = self.whole
        return (
            whole.global_pool == "avg"
            and whole.attn_pool is None
            and not (whole.pool_include_prefix and whole.num_prefix_tokens)
            and isinstance(whole.fc_norm, nn.Identity | nn.LayerNorm)
        )

    def forward_features(self, batch: Tensor) -> Tensor:
        """N×K×H×W, a cell for each patch; N×K×1×1 where heatmaps are made by occlusion."""
        whole = self.whole
        tokens = whole.norm(whole.blocks(whole.norm_pre(self._embedded(batch))))
        if not self._averages:
            return self._taken(tokens)
        patches = tokens[:, whole.num_prefix_tokens :]
        if isinstance(whole.fc_norm, nn.LayerNorm):
            patches = _normalised(patches, whole.fc_norm)
        height, width = whole.patch_embed.grid_size
        cells: Tensor = patches.transpose(1, 2)
        return cells.reshape(batch.shape[0], patches.shape[2], height, width)

    def forward_head(self, features: Tensor, pre_logits: bool = False) -> Tensor:
        """N×C logits of what `forward_features` returns; N×K that they are made of, if asked."""
        taken: Tensor = self.whole.head_drop(features.mean(dim=(2, 3)))
        logits: Tensor = taken if pre_logits else self.whole.head(taken)
        return logits

    def forward(self, batch: Tensor) -> Tensor:
        """N×C logits of N×3×S×S."""
        return self.forward_head(self.forward_features(batch))

    def get_classifier(self) -> nn.Module:
        """The layer that answers."""
        head: nn.Module = self.whole.head
        return head

    def _embedded(self, batch: Tensor) -> Tensor:
        """N×T×K: tokens of the photos, with what says where each lies and those beside them."""
        whole, embed = self.whole, self.whole.patch_embed
        height, width = embed.grid_size
        maps = embed.proj(batch)
        patches = maps.reshape(batch.shape[0], maps.shape[1], height * width).transpose(1, 2)
        tokens = embed.norm(patches)
        if whole.no_embed_class and whole.pos_embed is not None:
            tokens = tokens + whole.pos_embed
        beside = [held for held in (whole.cls_token, whole.reg_token) if held is not None]
        if beside:
            # Added, and not put in front: so they need not be repeated for each photo.
            count = whole.num_prefix_tokens
            tokens = functional.pad(tokens, (0, 0, count, 0))
            tokens = tokens + functional.pad(torch.cat(beside, 1), (0, 0, 0, height * width))
        if not whole.no_embed_class and whole.pos_embed is not None:
            tokens = tokens + whole.pos_embed
        embedded: Tensor = whole.patch_drop(whole.pos_drop(tokens))
        return embedded

    def _taken(self, tokens: Tensor) -> Tensor:
        """N×K×1×1: what the last layer takes."""
        whole = self.whole
        # As timm pools, but for that the axis of tokens stays.
        pooled = tokens[:, :1] if whole.global_pool == "token" else whole.pool(tokens)
        taken: Tensor = whole.fc_norm(pooled)
        return taken.reshape(tokens.shape[0], taken.shape[-1], 1, 1)


class _PhotosFirst(Attention):
    """timm's attention, which puts queries, keys and values before photos; here photos stay first.

    Written out, as a graph has it: torch's fused attention would be exported as other operators.
    """

    def forward(
        self, x: Tensor, attn_mask: Tensor | None = None, is_causal: bool = False
    ) -> Tensor:
        """N×T×K of N×T×K."""
        if attn_mask is not None or is_causal:
            raise ValueError("photos have neither a mask nor an order")
        packed, width = self.qkv(x), self.attn_dim
        query, key, value = (
            self._by_head(packed[..., part * width : (part + 1) * width]) for part in range(3)
        )
        scores = (self.q_norm(query) * self.scale) @ self.k_norm(key).transpose(2, 3)
        mixed = self.attn_drop(scores.softmax(dim=3)) @ value
        joined = self.norm(mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], width))
        if self.gate is not None:
            joined = joined * self.gate(x).sigmoid()
        found: Tensor = self.proj_drop(self.proj(joined))
        return found

    def _by_head(self, part: Tensor) -> Tensor:
        """N×heads×T×width of N×T×K."""
        shape = (part.shape[0], part.shape[1], self.num_heads, self.head_dim)
        return part.reshape(shape).transpose(1, 2)


def _normalised(patches: Tensor, norm: nn.LayerNorm) -> Tensor:
    """N×L×K tokens whose mean is what the norm makes of the mean of N×L×K tokens."""
    mean = patches.mean(dim=1, keepdim=True)
    middle = mean - mean.mean(dim=2, keepdim=True)
    scale = ((middle * middle).mean(dim=2, keepdim=True) + norm.eps).sqrt()
    found = (patches - patches.mean(dim=2, keepdim=True)) / scale
    if norm.weight is not None:
        found = found * norm.weight
    return found if norm.bias is None else found + norm.bias


def knows(model: nn.Module) -> bool:
    """Whether a model of timm is a transformer that can be cut."""
    return (
        type(model) is VisionTransformer
        and type(model.patch_embed) is PatchEmbed
        and isinstance(model.head, nn.Linear)
    )


def our_names(state: Mapping[str, Tensor], own: Iterable[str]) -> dict[str, Tensor]:
    """Timm's state dict under the names that its layers have inside ours."""
    inside = {name.removeprefix(_PREFIX): name for name in own if name.startswith(_PREFIX)}
    return {inside[name]: tensor for name, tensor in state.items() if name in inside}
