"""Photos that the tests upload."""

import io

import numpy as np
from PIL import Image


def photo(width: int = 320, height: int = 240, kind: str = "JPEG") -> bytes:
    """A photo of noise, so that it compresses like a photo."""
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, kind)
    return out.getvalue()
