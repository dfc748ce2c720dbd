"""The model card as a page that people read, with its plots."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from sklearn.metrics import roc_curve

from serving.archives.card import Evaluation, Metric, ModelCard, Precision
from serving.evaluation.evaluator import Answers

mpl.use("agg")
from matplotlib import pyplot as plt

RELIABILITY_BINS = 10


def write_page(card: ModelCard, test: Answers, page: Path, precision: Precision = "fp32") -> None:
    """Write `page` (Markdown) and its plots beside it.

    Args:
        card: what the page says.
        test: the answers that are plotted.
        page: the file.
        precision: in which they were computed; plots of the other stay as they are.
    """
    page.parent.mkdir(parents=True, exist_ok=True)
    plots = page.parent / "model-card"
    plots.mkdir(exist_ok=True)
    _plot_roc(test, plots / _plot("roc", precision))
    _plot_reliability(test, plots / _plot("reliability", precision))
    page.write_text("\n".join(_lines(card)) + "\n")


def _lines(card: ModelCard) -> list[str]:
    return [
        f"# Model card: {card.name} {card.version}",
        "",
        f"{card.intended_use}",
        "",
        f"Architecture `{card.architecture}`, {card.preprocessing.input_size} pixels, trained on "
        f"{card.trained_on}. Threshold {card.threshold:.3f} and temperature "
        f"{card.temperature:.3f} (intercept {card.intercept:.3f}) were fitted on validation photos "
        f"for a sensitivity of 0.95. {_averaging(card)}Figures are on test photos that the model "
        "has not seen, with 95 % intervals. [All runs](training-runs.md).",
        "",
        *_zones(card),
        *_which(card),
        "## What it does, the hard figures first",
        *_figures(card, "fp32"),
        *_in_8_bits(card),
        *_shown_for(card),
        "## Limits",
        *(f"- {limit}" for limit in card.limits),
        "",
        "## Data",
        *(f"- {source}" for source in card.data),
        "",
        "## Training",
        "| setting | value |",
        "| --- | --- |",
        *(f"| {key} | {value} |" for key, value in card.training.items()),
    ]


def _figures(card: ModelCard, precision: Precision) -> list[str]:
    """Evaluations, groups and plots."""
    return [
        *(line for evaluation in card.evaluations for line in _section(evaluation)),
        f"{'##' if precision == 'fp32' else '###'} Groups",
        "Photos with metadata; groups of fewer than 40 photos are left out.",
        "",
        "| group | photos | malignant | AUC | sensitivity | specificity |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_group(row) for row in card.subgroups),
        "",
        f"![ROC curve](model-card/{_plot('roc', precision)}) "
        f"![Reliability](model-card/{_plot('reliability', precision)})",
        "",
    ]


def _plot(name: str, precision: Precision) -> str:
    return f"{name}.png" if precision == "fp32" else f"{name}-{precision}.png"


def _which(card: ModelCard) -> list[str]:
    if not card.quantised:
        return []
    return [
        "All this, and every figure down to the groups, is in single precision. On processors with "
        "VNNI the model answers in 8-bit arithmetic, for which threshold, calibration and figures "
        "were [fitted and measured anew](#in-8-bit-arithmetic).",
        "",
    ]


def _in_8_bits(card: ModelCard) -> list[str]:
    if not card.quantised:
        return []
    other = card.in_8_bits()
    return [
        "## In 8-bit arithmetic",
        f"Threshold {other.threshold:.3f}, temperature {other.temperature:.3f} (intercept "
        f"{other.intercept:.3f}), fitted on the same validation photos. Figures are on the same "
        "test photos.",
        "",
        *_zones(other),
        *_figures(other, "int8"),
    ]


def _averaging(card: ModelCard) -> str:
    if not card.mirror_averaging:
        return ""
    return "Every answer is the average of the photo's and its mirror image's. "


def _zones(card: ModelCard) -> list[str]:
    if not card.zones:
        return []
    zones = card.zones
    return [
        f"Below {zones.lower:.3f} an answer is below the threshold, above {zones.upper:.3f} above "
        "it, and between them borderline. As thresholds on validation photos, the bounds would "
        f"have a sensitivity of {zones.sensitivity_at_lower:.3f} and "
        f"{zones.sensitivity_at_upper:.3f}.",
        "",
    ]


def _shown_for(card: ModelCard) -> list[str]:
    shown = card.shown_for
    if not shown:
        return []
    ages = f"{shown.ages[0]} to {shown.ages[1]} years" if shown.ages else "unknown"
    return [
        "## For whom it was shown to work",
        f"- Ages: {ages}",
        f"- Body sites: {', '.join(shown.sites).replace('_', ' ') or 'unknown'}",
        f"- Skin types: {', '.join(shown.skin_types) or 'unknown'}",
        f"- Through a dermoscope only: {'yes' if shown.dermoscopic_only else 'no'}",
        "",
        shown.grounds,
        "",
    ]


def _section(evaluation: Evaluation) -> list[str]:
    lines = [
        f"### {evaluation.name[0].upper()}{evaluation.name[1:]}",
        f"{evaluation.description} {evaluation.images} photos, {evaluation.malignant} malignant.",
        "",
        "| figure | value | 95 % interval |",
        "| --- | --- | --- |",
        *(
            f"| {name.replace('_', ' ')} | {m.value:z.3f} | {m.low:z.3f} to {m.high:z.3f} |"
            for name, m in evaluation.metrics.items()
        ),
        "",
    ]
    if evaluation.confusion:
        (true_benign, false_malignant), (false_benign, true_malignant) = evaluation.confusion
        lines += [
            f"Of the benign ones, {true_benign} were called benign and {false_malignant} "
            f"malignant; of the malignant ones, {true_malignant} were found and {false_benign} "
            "missed.",
            "",
        ]
    return lines


def _group(row: Evaluation) -> str:
    figures = [_shown(row.metrics.get(n)) for n in ("auc", "sensitivity", "specificity")]
    return f"| {row.name} | {row.images} | {row.malignant} | {' | '.join(figures)} |"


def _shown(metric: Metric | None) -> str:
    return f"{metric.value:z.2f} ({metric.low:z.2f} to {metric.high:z.2f})" if metric else "-"


def _plot_roc(test: Answers, path: Path) -> None:
    false_rate, true_rate, _ = roc_curve(test.labels, test.shares)
    figure, axes = plt.subplots(figsize=(4, 4))
    axes.plot(false_rate, true_rate)
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.set(xlabel="1 − specificity", ylabel="sensitivity", title="All sources, held out")
    figure.savefig(path, bbox_inches="tight", dpi=100)
    plt.close(figure)


def _plot_reliability(test: Answers, path: Path) -> None:
    bins = np.minimum((test.shares * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    used = np.unique(bins)
    figure, axes = plt.subplots(figsize=(4, 4))
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.plot(
        [test.shares[bins == b].mean() for b in used],
        [test.labels[bins == b].mean() for b in used],
        marker="o",
    )
    axes.set(xlabel="predicted", ylabel="observed malignant", title="Reliability")
    figure.savefig(path, bbox_inches="tight", dpi=100)
    plt.close(figure)
