"""Figures: what was measured, what it is held against, how much it scattered."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure may be at most: its value, or its ratio to the floor."""

    most: float
    of: Literal["value", "ratio"] = "value"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a table: readings of one thing, beside readings of the same thing done plainly in the same run."""

    name: str
    unit: str
    readings: Sequence[float]
    floors: Sequence[float]
    floor_name: str
    added: bool = False
    """The value is what the readings have over the floors, pair by pair. The ratio is that of the two all the same."""
    target: Target | None = None

    @property
    def value(self) -> float:
        return statistics.median(self._values)

    @property
    def floor(self) -> float:
        return statistics.median(self.floors)

    @property
    def ratio(self) -> float:
        return statistics.median(self.readings) / self.floor

    @property
    def noise(self) -> float:
        """Half the distance between the quartiles of the values, in `unit`; 0 for a single reading."""
        if len(self._values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self._values, n=4, method="inclusive")
        return (high - low) / 2

    @property
    def met(self) -> bool | None:
        """Whether the target is; None where there is none."""
        if self.target is None:
            return None
        return (self.value if self.target.of == "value" else self.ratio) <= self.target.most

    @property
    def _values(self) -> list[float]:
        if not self.added:
            return list(self.readings)
        return [reading - floor for reading, floor in zip(self.readings, self.floors, strict=True)]

    def as_json(self) -> dict[str, Any]:
        """For `results.json`."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "noise": self.noise,
            "readings": len(self.readings),
            "floor": self.floor,
            "floor_name": self.floor_name,
            "ratio": self.ratio,
            "target": self.target and {"most": self.target.most, "of": self.target.of},
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one question."""

    title: str
    figures: Sequence[Figure]

    def as_markdown(self) -> str:
        """A heading and a table."""
        lines = [
            f"### {self.title}",
            "",
            "| what | value | ± | floor | ratio | target | |",
            "|---|---:|---:|---|---:|---|---|",
        ]
        return "\n".join(lines + [_line(figure) for figure in self.figures]) + "\n"


def _line(figure: Figure) -> str:
    value = f"{'+' if figure.added and figure.value >= 0 else ''}{_short(figure.value)} {figure.unit}"
    floor = f"{figure.floor_name}: {_short(figure.floor)}"
    met = {None: "", True: "met", False: "**missed**"}[figure.met]
    cells = [figure.name, value, _short(figure.noise), floor, f"{figure.ratio:.2f}", _target(figure), met]
    return f"| {' | '.join(cells)} |"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    unit = f" {figure.unit}" if figure.target.of == "value" else " (ratio)"
    return f"≤ {figure.target.most:g}{unit}"


def _short(number: float) -> str:
    """Three digits that count, never in powers of ten."""
    size = abs(number)
    return f"{number:.0f}" if size >= 100 else f"{number:.1f}" if size >= 10 else f"{number:.2f}"
