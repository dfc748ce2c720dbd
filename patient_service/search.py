"""Names as they are compared: "Müller-Lüdenscheidt, Renée" is found by "mul", "lud" and "ren"."""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without case and accents (Unicode NFKD, marks dropped, case-folded)."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def search_key(*texts: str) -> str:
    """Every word of `texts` behind a blank, so that ` prefix` finds the start of any word.

    >>> search_key("Renée Ångström", "A-17")
    ' renee angstrom a 17 a-17'
    """
    words = [word for text in texts for word in _WORD.findall(folded(text))]
    whole = [folded(text) for text in texts if not text.isalpha() and " " not in text]
    return "".join(f" {word}" for word in dict.fromkeys(words + whole))
