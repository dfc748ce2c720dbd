"""Warnings about a photo, measured on a small grey copy: cheap, and never a reason to refuse it."""

from PIL import Image, ImageChops, ImageFilter, ImageStat

from imaging.decoding import MEASURED_SIDE

# Shorter side in pixels: below it, the model's 224-pixel input would be interpolated.
MIN_SIDE = 224
# Mean grey, 0 to 255; 360 dermoscopic photos from three collections are between 66 and 224.
_DARK, _BRIGHT = 40, 230
# Standard deviation of the picture minus a smoothed copy, in grey levels. Of the same photos 99 %
# are above 0.65; 95 % are below 0.7 after a Gaussian blur of 2 pixels (of 300 to 400), and all are
# below 0.35 after one of 4.
_SHARP = 0.6


def warnings(pixels: Image.Image, size: tuple[int, int]) -> list[str]:
    """What is wrong with a photo, UPPER_SNAKE: LOW_RESOLUTION, BLURRED, UNDEREXPOSED, OVEREXPOSED.

    Args:
        pixels: the upright RGB picture, perhaps at reduced scale (`imaging.decoding.clean`).
        size: of the photo itself, width and height.
    """
    found = []
    if min(size) < MIN_SIDE:
        found.append("LOW_RESOLUTION")
    grey = pixels.convert("L").reduce(max(1, max(pixels.size) // MEASURED_SIDE))
    brightness = ImageStat.Stat(grey).mean[0]
    if brightness < _DARK:
        found.append("UNDEREXPOSED")
    elif brightness > _BRIGHT:
        found.append("OVEREXPOSED")
    if _sharpness(grey) < _SHARP:
        found.append("BLURRED")
    return found


def _sharpness(grey: Image.Image) -> float:
    smooth = grey.filter(ImageFilter.BoxBlur(1))
    detail = ImageChops.subtract(grey, smooth, scale=0.5, offset=128)
    return ImageStat.Stat(detail).stddev[0] / 2
