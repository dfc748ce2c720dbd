"""What a warning about a photo means, in words: a code is for programs, never for readers.

The web client has the same texts in its languages (`frontend/src/i18n`, `finding.quality`).
"""

from collections.abc import Iterable

_WORDS = {
    "SMALL": "very few pixels",
    "TOO_DARK": "too dark",
    "TOO_BRIGHT": "overexposed",
    "NO_CONTRAST": "too little contrast to make anything out",
    "BLURRED": "blurred",
    "OFF_CENTRE": "the lesion seems not to lie in the middle",
    "LESION_CUT": "too little of the lesion may be in view to call it benign",
    "NOT_A_LESION": "unlike any photo that the model was trained on",
}
# For codes that only a newer model knows.
_OTHER = "another doubt about the photo"


def quality_text(codes: Iterable[str]) -> str:
    """Warnings as one phrase, such as "too dark, blurred"; each once."""
    return ", ".join(dict.fromkeys(_WORDS.get(code, _OTHER) for code in codes))
