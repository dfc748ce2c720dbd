"""From samples of any mode to RGB in sRGB: in strips, so that nothing large is held twice."""

from collections.abc import Iterator

from PIL import Image
from PIL.ImageCms import ImageCmsTransform

# Pixels of a strip, at four bytes and a handful of copies each.
_STRIP = 1 << 18


def rendered(image: Image.Image, conversion: ImageCmsTransform | None, factor: int) -> Image.Image:
    """A loaded picture as RGB, its colours turned, transparency laid on white, reduced.

    Args:
        image: loaded.
        conversion: to sRGB, see `colour.conversion`.
        factor: how many pixels across and down become one, their mean.
    """
    if image.mode == "RGB" and not image.has_transparency_data and factor == 1:
        if conversion is not None:
            conversion.apply_in_place(image)
        return image
    width, height = image.size
    result = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top, strip in _strips(image, factor):
        shown = _rgb(strip, conversion)
        result.paste(shown.reduce(factor) if factor > 1 else shown, (0, top // factor))
    return result


def _strips(image: Image.Image, factor: int) -> Iterator[tuple[int, Image.Image]]:
    width, height = image.size
    rows = max(1, _STRIP // (width * factor)) * factor
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _rgb(strip: Image.Image, conversion: ImageCmsTransform | None) -> Image.Image:
    if strip.mode.startswith("I"):
        # 16 bits a sample: Pillow would clip, not scale.
        strip = strip.convert("I").point(lambda sample: sample / 256).convert("L")
        return _converted(strip, conversion)
    if not strip.has_transparency_data:
        return _converted(strip, conversion)
    blended = strip.convert("RGBA")
    alpha = blended.getchannel("A")
    if conversion is not None:
        is_grey = conversion.input_mode == "L"
        colours = blended.getchannel("R") if is_grey else blended.convert("RGB")
        blended = _converted(colours, conversion)
        blended.putalpha(alpha)
    white = Image.new("RGBA", strip.size, "white")
    return Image.alpha_composite(white, blended).convert("RGB")


def _converted(strip: Image.Image, conversion: ImageCmsTransform | None) -> Image.Image:
    if conversion is None:
        return strip if strip.mode == "RGB" else strip.convert("RGB")
    mode = conversion.input_mode
    return conversion.apply(strip if strip.mode == mode else strip.convert(mode))
