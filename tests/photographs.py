"""Simulated photographs of printed codes: the same seed gives the same pixels.

The recipe: soft ink on paper that is not white, held at an angle and rolled, seen with so many
pixels a module, blurred by lens and hand, unevenly lit, noisy, and saved as JPEG. It ranks
decoders and sizes; it is no measurement of any phone.
"""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from registry.qr import text_symbol

__all__ = ["View", "any_view", "photograph", "printed", "seen"]

QUIET = 4
"""Modules of white around a symbol."""
_FINE = 3
"""Pixels that are drawn for one in each direction before they are averaged."""
_PRINTED = 12
"""Pixels a module of the printed original."""

_Row = tuple[float, float, float]
_Matrix = tuple[_Row, _Row, _Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How a code is held, lit and photographed; the defaults are as good as it gets."""

    module: float = 6.0
    """Pixels a module where the paper is nearest to facing the camera."""
    tilt: float = 0.0
    """Degrees by which the paper leans away, about an axis that ``roll`` turns."""
    roll: float = 0.0
    blur: float = 0.0
    """Sigma of the lens, pixels."""
    motion: float = 0.0
    """Pixels that the hand moved."""
    shade: float = 0.0
    """Share of the light that the darkest side lacks."""
    ink: int = 30
    paper: int = 245
    noise: float = 0.0
    """Sigma, of 255 levels."""
    quality: int = 90
    """Of JPEG."""


def any_view(rng: random.Random, module: float) -> View:
    """One of the views of the recipe."""
    return View(
        module=module,
        tilt=rng.uniform(0, 25),
        roll=rng.uniform(0, 360),
        blur=rng.uniform(0.5, 1.0),
        motion=rng.uniform(0, 1.5),
        shade=rng.uniform(0, 0.5),
        ink=rng.randint(20, 60),
        paper=rng.randint(225, 250),
        noise=rng.uniform(3, 9),
        quality=rng.randint(70, 92),
    )


def printed(text: str) -> Image.Image:
    """A symbol with its quiet zone, one pixel a module."""
    rows = text_symbol(text).rows
    size = len(rows) + 2 * QUIET
    picture = Image.new("L", (size, size), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark == "1":
                picture.putpixel((x + QUIET, y + QUIET), 0)
    return picture


def photograph(text: str, view: View, rng: random.Random) -> Image.Image:
    """The symbol of a text as a camera sees it, in shades of grey; as large as it has to be."""
    return _developed(_held(printed(text), view), view, rng)


def seen(picture: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    """A photograph as a part of a larger scene: paper on a dark desk."""
    scene = Image.new("L", size, 70)
    draw = ImageDraw.Draw(scene)
    margin = 24
    draw.rectangle(
        (
            *(c - margin for c in at),
            *(c + s + margin for c, s in zip(at, picture.size, strict=True)),
        ),
        fill=picture.getpixel((0, 0)),
    )
    scene.paste(picture, at)
    return scene


def _held(symbol: Image.Image, view: View) -> Image.Image:
    """Turned and tilted; ink and paper in their shades, edges averaged."""
    original = symbol.resize((symbol.width * _PRINTED,) * 2, Image.Resampling.NEAREST)
    original = original.filter(ImageFilter.GaussianBlur(0.12 * _PRINTED))
    original = original.point([view.ink + (view.paper - view.ink) * i // 255 for i in range(256)])
    side = math.ceil(symbol.width * view.module * 1.5)
    matrix = _seen_from(view, symbol.width, side)
    size = (side * _FINE, side * _FINE)
    large = original.transform(
        size, Image.Transform.PERSPECTIVE, matrix, Image.Resampling.BILINEAR, fillcolor=view.paper
    )
    return large.reduce(_FINE)


def _seen_from(view: View, modules: int, side: int) -> tuple[float, ...]:
    """The eight numbers that lead from a pixel of the fine photograph to one of the original.

    The paper lies four symbols' widths away, so that a tilt shows as perspective.
    """
    tilt, roll = math.radians(view.tilt), math.radians(view.roll)
    scale, distance, middle = view.module * _FINE, 4.0 * modules, side * _FINE / 2
    # From modules about the symbol's middle to the photograph: roll in the plane, then the tilt.
    c, s = math.cos(roll), math.sin(roll)
    upright = ((c, -s, 0.0), (s * math.cos(tilt), c * math.cos(tilt), 0.0))
    depth = (s * math.sin(tilt) / distance, c * math.sin(tilt) / distance, 1.0)
    onto = tuple(
        tuple(scale * a + middle * b for a, b in zip(row, depth, strict=True)) for row in upright
    )
    (a, b, e), (f, g, h), third = _inverse((onto[0], onto[1], depth))  # type: ignore[arg-type]
    half = modules * _PRINTED / 2
    rows = [
        tuple(_PRINTED * value + half * base for value, base in zip(row, third, strict=True))
        for row in ((a, b, e), (f, g, h))
    ]
    return tuple(value / third[2] for value in (*rows[0], *rows[1], third[0], third[1]))


def _inverse(m: _Matrix) -> _Matrix:
    """Of a matrix of three rows, up to a factor."""

    def minor(i: int, j: int) -> float:
        r, q = [k for k in range(3) if k != i], [k for k in range(3) if k != j]
        sign = -1 if (i + j) % 2 else 1
        return sign * (m[r[0]][q[0]] * m[r[1]][q[1]] - m[r[0]][q[1]] * m[r[1]][q[0]])

    rows = [(minor(0, i), minor(1, i), minor(2, i)) for i in range(3)]
    return (rows[0], rows[1], rows[2])


def _developed(picture: Image.Image, view: View, rng: random.Random) -> Image.Image:
    """With blur, shade, noise and the losses of JPEG."""
    if view.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(view.blur))
    if view.motion:
        edge = view.motion / (2 + 2 * view.motion)
        kernel = (0, 0, 0, edge, 1 - 2 * edge, edge, 0, 0, 0)
        picture = picture.filter(ImageFilter.Kernel((3, 3), kernel, scale=1))
    if view.shade:
        light = Image.linear_gradient("L").rotate(90 * rng.randrange(4)).resize(picture.size)
        light = light.point([round(255 * (1 - view.shade * i / 255)) for i in range(256)])
        picture = ImageChops.multiply(picture, light)
    if view.noise:
        picture = ImageChops.add(picture, _noise(picture.size, view.noise, rng), 1, -128)
    saved = io.BytesIO()
    picture.save(saved, "JPEG", quality=view.quality)
    return Image.open(saved).convert("L")


def _noise(size: tuple[int, int], sigma: float, rng: random.Random) -> Image.Image:
    """Nearly Gaussian about 128: the mean of four even distributions, stretched."""
    grains = [Image.frombytes("L", size, rng.randbytes(size[0] * size[1])) for _ in range(4)]
    mean = ImageChops.add(
        ImageChops.add(grains[0], grains[1], 2), ImageChops.add(grains[2], grains[3], 2), 2
    )
    factor = sigma / (255 / math.sqrt(12 * 4))
    return mean.point([round(128 + (i - 127.5) * factor) for i in range(256)])
