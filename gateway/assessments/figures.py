"""What a version's answers are worth: the figures that are shown beside them."""

from serving.archives.card import Evaluation, ModelCard

_BOTH = {"sensitivity", "specificity"}


def headline(card: ModelCard) -> Evaluation | None:
    """The evaluation at the threshold that most photos went into.

    Sensitivity and specificity must come from the same photos, or they can't be read together.

    Returns:
        None where no evaluation has both.
    """
    whole = [found for found in card.evaluations if found.metrics.keys() >= _BOTH]
    return max(whole, key=lambda found: found.images, default=None)
