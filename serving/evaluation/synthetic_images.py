"""Synthetic images that show no lesion: what a novelty measure must notice.

Every kind comes in all colours, a third in those of skin. The same seed gives the same images.
Synthetic images are easier to tell from photos of lesions than other photos would be.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Random = np.random.Generator
Colour = tuple[int, int, int]

SIZE = (320, 240)
_WORDS = "patient record of the clinic dose daily name date signed page left upper arm"


def synthetic_images(each: int, seed: int = 7) -> dict[str, list[Image.Image]]:
    """`each` RGB images of every kind, by the kind's name."""
    random = np.random.default_rng(seed)
    return {name: [make(random) for _ in range(each)] for name, make in _KINDS.items()}


def drawings_on_skin(count: int, seed: int) -> list[Image.Image]:
    """RGB images of the kind "tattoos", other ones for every seed."""
    random = np.random.default_rng(seed)
    return [_tattoo(random) for _ in range(count)]


def _texture(random: Random) -> Image.Image:
    """Noise whose power falls with its frequency, between two colours."""
    width, height = SIZE
    noise = random.standard_normal((height, width))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(width), np.fft.fftfreq(height)))
    frequency[0, 0] = 1
    smooth = np.fft.ifft2(np.fft.fft2(noise) / frequency ** random.uniform(0.4, 1.6)).real
    share = (smooth - smooth.min()) / np.ptp(smooth)
    return _between(share, _colour(random), _colour(random))


def _document(random: Random) -> Image.Image:
    """Lines of print on paper, slightly rotated."""
    paper = Image.new("RGB", SIZE, _lighter(_colour(random)))
    draw = ImageDraw.Draw(paper)
    size = int(random.integers(9, 24))
    for top in range(8, SIZE[1], int(size * random.uniform(1.2, 1.9))):
        line = " ".join(random.choice(_WORDS.split(), 12))
        draw.text((8, top), line, (20, 20, 25), font_size=size)
    return paper.rotate(random.uniform(-8, 8), fillcolor=(90, 90, 90))


def _face(random: Random) -> Image.Image:
    """A head, eyes and a mouth of plain shapes."""
    picture = Image.new("RGB", SIZE, _colour(random))
    draw = ImageDraw.Draw(picture)
    x, y = (int(v) for v in random.integers((130, 95), (190, 145)))
    r = int(random.integers(50, 95))
    draw.ellipse((x - r, y - 1.2 * r, x + r, y + 1.2 * r), _skin(random))
    for side in (-1, 1):
        eye = x + side * 0.4 * r
        draw.ellipse((eye - r / 6, y - 0.4 * r, eye + r / 6, y - 0.2 * r), (245, 245, 245))
        draw.ellipse((eye - r / 14, y - 0.36 * r, eye + r / 14, y - 0.24 * r), _colour(random))
    draw.arc((x - r / 2, y, x + r / 2, y + 0.8 * r), 20, 160, (150, 40, 50), width=max(2, r // 12))
    return picture


def _gradient(random: Random) -> Image.Image:
    """From one colour to another, in any direction."""
    angle = random.uniform(0, 2 * math.pi)
    y, x = np.mgrid[-1 : 1 : SIZE[1] * 1j, -1 : 1 : SIZE[0] * 1j]
    share = (x * math.cos(angle) + y * math.sin(angle)) / 3 + 0.5
    return _between(share, _colour(random), _colour(random))


def _noise(random: Random) -> Image.Image:
    """Independent pixels around one colour."""
    spread = random.uniform(15, 90)
    pixels = random.normal(_colour(random), spread, (SIZE[1], SIZE[0], 3))
    return _picture(pixels)


def _checkerboard(random: Random) -> Image.Image:
    """Squares of two colours."""
    field = int(random.integers(6, 60))
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    share = ((x // field + y // field) % 2).astype(float)
    return _between(share, _colour(random), _colour(random))


def _landscape(random: Random) -> Image.Image:
    """Sky, hills one behind another and a sun."""
    height = np.linspace(0, 1, SIZE[1])[:, None] * np.ones(SIZE[0])
    sky = _between(height, (90, 150, 230), (215, 230, 245))
    draw = ImageDraw.Draw(sky)
    x, y, r = (int(v) for v in random.integers((20, 15, 8), (300, 80, 25)))
    draw.ellipse((x - r, y - r, x + r, y + r), (255, 240, 180))
    steps = range(0, SIZE[0] + 1, 8)
    for hill in range(int(random.integers(2, 5))):
        base, waves = 110 + 35 * hill, random.uniform(0.5, 2.5)
        shift, high = random.uniform(0, 6), random.uniform(10, 35)
        line = [(s, base + high * math.sin(waves * s / 50 + shift)) for s in steps]
        green = tuple(int(v) for v in random.integers((20, 70, 20), (110, 150, 80)))
        draw.polygon([*line, (SIZE[0], SIZE[1]), (0, SIZE[1])], green)
    grain = np.asarray(sky, float) + random.normal(0, 6, (SIZE[1], SIZE[0], 1))
    return _picture(grain)


def _tattoo(random: Random) -> Image.Image:
    """Letters or a plain figure in ink on mottled skin."""
    skin = _mottled(random)
    ink = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(ink)
    motif = _MOTIFS[int(random.integers(len(_MOTIFS)))]
    motif(draw, random)
    place = [int(v) for v in random.integers((-50, -35), (51, 36))]
    turned = ink.rotate(random.uniform(-40, 40), translate=(place[0], place[1]))
    soft = turned.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.6)))
    share = np.asarray(soft, float)[..., None] / 255 * random.uniform(0.75, 1.0)
    return _picture(np.asarray(skin, float) * (1 - share) + share * np.array(_ink(random), float))


def _mottled(random: Random) -> Image.Image:
    """Skin with patches of two sizes and grain."""
    grain = random.normal(0, random.uniform(1, 6), (SIZE[1], SIZE[0], 1))
    patches = np.zeros((SIZE[1], SIZE[0], 1))
    for side in random.integers(3, 40, 2).tolist():
        small = random.normal(0, random.uniform(2, 14), (SIZE[1] // side + 2, SIZE[0] // side + 2))
        large = Image.fromarray(small.astype(np.float32)).resize(SIZE, Image.Resampling.BICUBIC)
        patches += np.asarray(large)[..., None]
    return _picture(np.array(_skin(random), float) + patches + grain)


def _letters(draw: ImageDraw.ImageDraw, random: Random) -> None:
    letters = "".join(random.choice(list("ABCDEFGHIKLMNOPRSTUVabcdeghiklmnorstuv0123456789"), 6))
    size = int(random.integers(40, 110))
    word = letters[: int(random.integers(2, 7))]
    draw.text((160, 120), word, 255, font_size=size, anchor="mm")


def _rings(draw: ImageDraw.ImageDraw, random: Random) -> None:
    width = int(random.integers(3, 9))
    for radius in random.integers(25, 85, int(random.integers(1, 4))).tolist():
        box = (160 - radius, 120 - radius, 160 + radius, 120 + radius)
        draw.arc(box, 0, random.uniform(150, 360), 255, width=width)


def _star(draw: ImageDraw.ImageDraw, random: Random) -> None:
    points, outer = int(random.integers(3, 9)), random.uniform(45, 95)
    radii = (outer, outer * random.uniform(0.3, 0.9))
    steps = [(n * math.pi / points, radii[n % 2]) for n in range(2 * points + 1)]
    _figure(draw, random, [(r * math.sin(angle), -r * math.cos(angle)) for angle, r in steps])


def _strokes(draw: ImageDraw.ImageDraw, random: Random) -> None:
    for _ in range(int(random.integers(2, 7))):
        corners = random.uniform((80, 50), (240, 190), (int(random.integers(2, 6)), 2))
        draw.line(
            [(float(x), float(y)) for x, y in corners],
            255,
            width=int(random.integers(3, 10)),
            joint="curve",
        )


def _heart(draw: ImageDraw.ImageDraw, random: Random) -> None:
    size = random.uniform(2.5, 5.5)
    angles = np.linspace(0, 2 * math.pi, 60)
    x = size * 16 * np.sin(angles) ** 3
    y = -size * np.array([13, -5, -2, -1]) @ np.cos(np.outer(range(1, 5), angles))
    _figure(draw, random, list(zip(x.tolist(), y.tolist(), strict=True)))


def _figure(draw: ImageDraw.ImageDraw, random: Random, outline: list[tuple[float, float]]) -> None:
    """A closed outline around the middle, filled or not."""
    corners = [(160 + x, 120 + y) for x, y in outline]
    if random.random() < 0.5:
        draw.polygon(corners, 255)
    else:
        draw.line(corners, 255, width=int(random.integers(3, 9)), joint="curve")


_MOTIFS = (_letters, _letters, _rings, _star, _strokes, _heart)


_KINDS: dict[str, Callable[[Random], Image.Image]] = {
    "textures": _texture,
    "documents": _document,
    "faces": _face,
    "gradients": _gradient,
    "noise": _noise,
    "checkerboards": _checkerboard,
    "landscapes": _landscape,
    "tattoos": _tattoo,
}


def _colour(random: Random) -> Colour:
    if random.random() < 1 / 3:
        return _skin(random)
    red, green, blue = (int(v) for v in random.integers(0, 256, 3))
    return red, green, blue


def _skin(random: Random) -> Colour:
    light = random.uniform(0.45, 1.0)
    red, green, blue = (int(v * light) for v in random.normal((225, 175, 150), 10))
    return red, green, blue


def _ink(random: Random) -> Colour:
    """Black, blue, green or red, faded or fresh."""
    base = ((20, 22, 30), (25, 35, 85), (25, 70, 60), (120, 30, 35))[int(random.integers(4))]
    red, green, blue = (int(v) for v in random.normal(base, 12).clip(0, 255))
    return red, green, blue


def _lighter(colour: Colour) -> Colour:
    red, green, blue = (int(255 - (255 - v) * 0.2) for v in colour)
    return red, green, blue


def _between(share: npt.NDArray[np.float64], low: Colour, high: Colour) -> Image.Image:
    ends = np.array(low, float), np.array(high, float)
    return _picture(ends[0] + share[..., None] * (ends[1] - ends[0]))


def _picture(pixels: npt.NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
