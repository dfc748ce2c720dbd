"""Trains a classifier from ImageNet weights or those of an earlier run: resumable, repeatable.

The result is a running average of the weights (Polyak averaging).
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from service_kit.files import written_whole
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.diagnoses import diagnoses_of
from serving.training.frozen_stages import features_of, freeze
from serving.training.initial_weights import start_model
from serving.training.optimisation import optimizer_of, rate_share, sampling_weights
from serving.training.pixel_cache import PixelCache
from serving.training.recipe import Recipe
from serving.training.runs import note_metrics

log = structlog.get_logger()

EVALUATION_BATCH = 64
# The class of a photo whose diagnosis is not known or not learned.
UNNAMED = -100
# Steps between lines in the log, for runs that nobody is watching.
LOGGED_EVERY = 25
# Steps between checkpoints: what a run that is ended at any moment loses at most.
SAVED_EVERY = 100


class Training:
    """One run, with its checkpoint in `folder`.

    Args:
        recipe: how to train.
        samples: the photos; only the splits train and validation are used.
        cache: their pixels.
        folder: where the checkpoint is kept.
        leave_out: a source that is not used at all, to evaluate the model on later.
        start: weights of an earlier run, with the digest that the recipe names.
        other_head: they are of timm or torchvision, with a last layer of other classes.
        device: cpu or cuda; on cuda, in bfloat16 where that is enough.
        tell: hears of each figure, with its step.
    """

    def __init__(
        self,
        recipe: Recipe,
        samples: Sequence[Sample],
        cache: PixelCache,
        folder: Path,
        *,
        leave_out: str = "",
        start: Path | None = None,
        other_head: bool = False,
        device: str = "cpu",
        tell: Callable[[int, Mapping[str, float]], None] | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._device = torch.device(device)
        self.recipe = recipe
        self._samples = samples
        self.leave_out = leave_out
        self._cache = cache
        self._folder, self._heard_by = folder, tell
        self._checkpoint = folder / "checkpoint.pt"
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self.augmentation = Augmentation(recipe.preprocessing, self._generator)
        self._start = start
        model = start_model(recipe, start, other_head=other_head)
        self._model = model.to(memory_format=torch.channels_last).to(self._device)
        self._frozen = freeze(self._model, recipe.frozen_stages)
        self._features = features_of(self._model, self._frozen)
        self.average = copy.deepcopy(self._model).eval()
        self._labels = torch.tensor([sample.label for sample in samples])
        self._diagnoses, self._second_head = self._diagnoses_to_learn()
        self._optimizer = optimizer_of(self._model, recipe, self._second_head.parameters())
        self._random = np.random.default_rng(recipe.seed)
        self._step = 0
        # Below any AUC: the worst first one is the best so far.
        self._best, self._best_step = -1.0, 0
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> nn.Module:
        """Train to the end, resuming from a checkpoint if there is one.

        Returns:
            The averaged model at its best validation AUC, the mean of the sources'.
        """
        self._resume()
        training = self._indices("train")
        weights = sampling_weights([self._samples[i] for i in training], self.recipe.balance)
        with _progress() as progress:
            task = progress.add_task(
                "training", total=self.recipe.steps, completed=self._step, shown=""
            )
            while self._step < self.recipe.steps and not self._is_stalled():
                drawn = self._random.choice(training, self.recipe.batch, p=weights)
                loss = self._train_step(drawn.tolist())
                if self._step % LOGGED_EVERY == 0:
                    log.info("trained", step=self._step, loss=round(loss, 3))
                    self._tell(loss=loss)
                if self._step % self.recipe.evaluate_every == 0 or self._is_last():
                    self._evaluate()
                elif self._step % SAVED_EVERY == 0:
                    self._save()
                shown = f"loss {loss:.3f}, best AUC {self._best:.4f}"
                progress.update(task, completed=self._step, shown=shown)
        best = torch.load(self._best_file, weights_only=True, map_location=self._device)
        self.average.load_state_dict(self._with_start(best))
        return self.average

    def _with_start(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Interpolated with the weights it started from (WiSE-FT, Wortsman et al. 2022)."""
        share = self.recipe.kept_of_start
        if not share or self._start is None:
            return trained
        begun = start_model(self.recipe, self._start).to(self._device).state_dict()
        return {
            name: value.lerp(begun[name], share) if value.dtype.is_floating_point else value
            for name, value in trained.items()
        }

    @property
    def _best_file(self) -> Path:
        return self._checkpoint.with_name("best.pt")

    def _train_step(self, indices: list[int]) -> float:
        recipe = self.recipe
        for group, rate in zip(
            self._optimizer.param_groups, (recipe.rate, recipe.head_rate), strict=True
        ):
            group["lr"] = rate * rate_share(self._step, recipe)
        self._model.train()
        for stage in self._frozen:
            stage.eval()
        pixels = self._cache.batch(indices)
        if fresh := int(recipe.batch * recipe.compressed):
            # The last photos of a batch: the first are those whose lesion is painted over.
            pixels[-fresh:] = self.augmentation.compressed(pixels[-fresh:])
        inputs = self.augmentation.train(pixels)
        smooth = recipe.label_smoothing
        targets = functional.one_hot(self._labels[indices], 2).float() * (1 - smooth) + smooth / 2
        blanked = recipe.batch // recipe.blanked_one_in
        inputs[:blanked] = self.augmentation.blanked(inputs[:blanked])
        targets[:blanked] = 0.5
        inputs = inputs.contiguous(memory_format=torch.channels_last).to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._is_fast):
            pooled = self._features(inputs)
            logits = self._head(pooled)
        loss = functional.cross_entropy(logits.float(), targets.to(self._device))
        diagnoses = self._diagnoses[indices]
        diagnoses[:blanked] = UNNAMED
        if (diagnoses != UNNAMED).any():
            told = self._second_head(pooled.float())
            loss = loss + recipe.diagnoses_weight * functional.cross_entropy(
                told, diagnoses.to(self._device), ignore_index=UNNAMED
            )
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        nn.utils.clip_grad_norm_(self._model.parameters(), 2.0)
        self._optimizer.step()
        self._step += 1
        self._update_average()
        return float(loss.detach())

    def _diagnoses_to_learn(self) -> tuple[Tensor, nn.Module]:
        """The class of each sample's diagnosis, and a head for these that only training has."""
        used = [sample for sample in self._samples if sample.source != self.leave_out]
        named = diagnoses_of(used) if self.recipe.diagnoses_weight else {}
        names = sorted(set(named.values()))
        classes = [
            names.index(named[sample]) if sample in named else UNNAMED for sample in self._samples
        ]
        head = nn.Linear(self._head.in_features, len(names)) if names else nn.Identity()
        return torch.tensor(classes), head.to(self._device)

    @property
    def _head(self) -> nn.Linear:
        head: nn.Linear = self._model.get_classifier()  # type: ignore[operator]  # untyped in timm
        return head

    @property
    def _is_fast(self) -> bool:
        return self._device.type == "cuda"

    @torch.no_grad()
    def _update_average(self) -> None:
        keep = min(self.recipe.averaging, (1 + self._step) / (10 + self._step))
        pairs = zip(
            self.average.state_dict().values(), self._model.state_dict().values(), strict=True
        )
        for average, current in pairs:
            if average.dtype.is_floating_point:
                average.mul_(keep).add_(current, alpha=1 - keep)
            else:
                average.copy_(current)

    def _evaluate(self) -> None:
        indices = self._indices("validation")
        areas = self._areas(indices, self.logits(indices).softmax(1)[:, 1].numpy())
        area = float(np.mean(list(areas.values())))
        rounded = {source: round(value, 4) for source, value in areas.items()}
        log.info("validation", step=self._step, auc=round(area, 4), by_source=rounded)
        by_source = {f"validation_auc_{source}": value for source, value in areas.items()}
        self._tell(validation_auc=area, **by_source)
        if area > self._best:
            self._best, self._best_step = area, self._step
            torch.save(self.average.state_dict(), self._best_file)
        self._save()

    def _areas(self, indices: Sequence[int], shares: npt.NDArray[np.float32]) -> dict[str, float]:
        """The AUC on each source: the largest one must not decide alone which weights are best.

        On all photos together where no source has both labels.
        """
        labels = self._labels[indices].numpy()
        sources = np.array([self._samples[i].source for i in indices])
        areas = {
            source: float(roc_auc_score(labels[held], shares[held]))
            for source in np.unique(sources).tolist()
            if len(np.unique(labels[held := sources == source])) > 1
        }
        return areas or {"all": float(roc_auc_score(labels, shares))}

    def logits(self, indices: Sequence[int]) -> Tensor:
        """Nx2 logits of the averaged model on cached photos, without augmentation."""
        self.average.eval()
        answers = []
        with torch.inference_mode():
            for start in range(0, len(indices), EVALUATION_BATCH):
                pixels = self._cache.batch(indices[start : start + EVALUATION_BATCH])
                inputs = self.augmentation.plain(pixels)
                shaped = inputs.contiguous(memory_format=torch.channels_last).to(self._device)
                answers.append(self.average(shaped).cpu())
        return torch.cat(answers)

    def _indices(self, split: str) -> list[int]:
        return [
            i
            for i, sample in enumerate(self._samples)
            if sample.split == split and sample.source != self.leave_out
        ]

    def _tell(self, **figures: float) -> None:
        note_metrics(self._folder, self._step, figures)
        if self._heard_by:
            self._heard_by(self._step, figures)

    def _is_last(self) -> bool:
        return self._step == self.recipe.steps

    def _is_stalled(self) -> bool:
        waited = self._step - self._best_step
        return waited >= self.recipe.patience * self.recipe.evaluate_every

    def _save(self) -> None:
        state: dict[str, Any] = {
            "recipe": asdict(self.recipe),
            "model": self._model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "second_head": self._second_head.state_dict(),
            "step": self._step,
            "best": self._best,
            "best_step": self._best_step,
            "drawn": self._random.bit_generator.state,
            "augmented": self._generator.get_state(),
        }
        with written_whole(self._checkpoint) as partial:
            torch.save(state, partial)

    def _resume(self) -> None:
        if not self._checkpoint.exists():
            return
        state = torch.load(self._checkpoint, weights_only=True, map_location=self._device)
        if state["recipe"] != asdict(self.recipe):
            raise ValueError(
                f"{self._checkpoint} belongs to another recipe, a run with other options: "
                "repeat those, or choose another --out"
            )
        self._model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._second_head.load_state_dict(state["second_head"])
        self._step, self._best = state["step"], state["best"]
        self._best_step = state["best_step"]
        self._random.bit_generator.state = state["drawn"]
        self._generator.set_state(state["augmented"].cpu())
        log.info("resumed", step=self._step)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[shown]}"),
    )
