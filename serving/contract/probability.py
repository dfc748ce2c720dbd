"""How a model's probability is shown to people."""

# A model is never certain.
LEAST, MOST = 0.001, 0.999


def probability_text(probability: float) -> str:
    """Three decimals of 0 to 1; "> 0.999" and "< 0.001" where they would say 1 or 0."""
    if probability < LEAST:
        return f"< {LEAST}"
    return f"> {MOST}" if probability > MOST else f"{probability:.3f}"
