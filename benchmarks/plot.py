"""Plots of time and memory against size, as SVG: both axes logarithmic, one line a stage.

A line is told from another by its dashes, its marks and the name at its end, not by colour alone.
The panel has a background of its own, so that it reads the same on a light and a dark page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Line", "plot"]

Line = Sequence[tuple[float, float]]
"""(size, value), in order of size; all above zero."""
WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 236, 44, 48
LEADING = 16
"""Pixels between two names."""
COLOURS = ("#0072b2", "#b34700", "#00694e", "#8b3a73", "#4d4d4d", "#7a5c00", "#1f4e9e", "#a02020")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "12 4", "1 2", "6 2 1 2")


@dataclass(frozen=True, slots=True)
class _Scale:
    """Decades from ``low`` to ``high`` onto pixels."""

    low: int
    high: int
    first: float
    last: float

    @classmethod
    def over(cls, values: Iterable[float], first: float, last: float) -> _Scale:
        logs = [math.log10(value) for value in values]
        low, high = math.floor(min(logs)), math.ceil(max(logs))
        return cls(low, max(high, low + 1), first, last)

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def decades(self) -> list[tuple[float, int]]:
        """(pixel, exponent) of each decade."""
        return [(self.at(10.0**power), power) for power in range(self.low, self.high + 1)]


def plot(title: str, things: str, unit: str, lines: Mapping[str, Line]) -> str:
    """An SVG. ``things``: what sizes count; ``unit``: of the values. ValueError: no line."""
    drawn = {name: line for name, line in lines.items() if line}
    if not drawn:
        raise ValueError("nothing to plot")
    points = [point for line in drawn.values() for point in line]
    across = _Scale.over((size for size, _ in points), LEFT, WIDTH - RIGHT)
    up = _Scale.over((value for _, value in points), HEIGHT - BOTTOM, TOP)
    ends = _spread([up.at(line[-1][1]) for line in drawn.values()])
    said = "; ".join(f"{name}: {_said(line, unit)}" for name, line in drawn.items())
    body = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            'aria-labelledby="title what" font-family="sans-serif" font-size="12" fill="#222">'
        ),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="what">{escape(said)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fbfbf9" stroke="#8c8c8c"/>',
        f'<text x="{LEFT}" y="24" font-size="14" font-weight="bold">{escape(title)}</text>',
        *_axes(across, up, things, unit),
    ]
    for number, ((name, line), end) in enumerate(zip(drawn.items(), ends, strict=True)):
        body += _line(number, name, [(across.at(x), up.at(y)) for x, y in line], end)
    return "\n".join([*body, "</svg>"]) + "\n"


def _said(line: Line, unit: str) -> str:
    return ", ".join(f"{value:.3g} {unit} at {size:,.0f}" for size, value in line)


def _axes(across: _Scale, up: _Scale, things: str, unit: str) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    made = []
    for x, power in across.decades():
        made.append(_rule(x, TOP, x, bottom))
        made.append(
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_ten(power)}</text>'
        )
    for y, power in up.decades():
        made.append(_rule(LEFT, y, right, y))
        made.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_ten(power)}</text>')
    middle = (LEFT + right) / 2
    made.append(
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(things)}</text>'
    )
    made.append(f'<text x="{LEFT - 48}" y="{TOP - 8}">{escape(unit)}</text>')
    return made


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="#d0d0cc" fill="none"/>'


def _ten(power: int) -> str:
    """A power of ten: whole where it is short."""
    if -3 <= power <= 3:
        return f"{10.0**power:g}"
    return f'10<tspan dy="-4" font-size="9">{power}</tspan>'


def _line(number: int, name: str, points: list[tuple[float, float]], end: float) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    dashes = DASHES[number % len(DASHES)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    last_x, last_y = points[-1]
    right = WIDTH - RIGHT + 12
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    marks = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>',
        *marks,
        (
            f'<path d="M{last_x:.1f} {last_y:.1f}L{right} {end:.1f}" stroke="{colour}" fill="none" '
            'stroke-width="0.6"/>'
        ),
        f'<text x="{right + 4}" y="{end + 4:.1f}" fill="{colour}">{escape(name)}</text>',
    ]


def _spread(wanted: Sequence[float]) -> list[float]:
    """Heights as near as may be to those wanted, none nearer to the next than ``LEADING``."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [0.0] * len(wanted)
    floor = float(TOP)
    for at in order:
        placed[at] = floor = max(wanted[at], floor)
        floor += LEADING
    over = max(0.0, max(placed) - (HEIGHT - BOTTOM))
    ceiling = float(HEIGHT - BOTTOM)
    for at in reversed(order):
        placed[at] = min(placed[at], ceiling) if over else placed[at]
        ceiling = placed[at] - LEADING
    return placed
