"""Figures: what was measured, what it is held against, how much it scattered."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Limit = Callable[["Figure"], bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a table: the median of several readings, beside the same of a plain floor."""

    name: str
    value: float
    unit: str
    floor: float
    """The same thing done plainly, in the same run, in the same unit."""
    floor_name: str
    noise: float
    """Half the distance between the quartiles of `value`'s readings, in `unit`."""
    target: str = ""
    met: bool | None = None
    """None: there is no target."""

    @property
    def ratio(self) -> float:
        """How often the floor goes into the value."""
        return self.value / self.floor


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one question."""

    title: str
    figures: list[Figure]


def figure(
    name: str,
    unit: str,
    values: Sequence[float],
    floors: Sequence[float],
    floor_name: str,
    target: tuple[str, Limit] | None = None,
) -> Figure:
    """The figure of two series of readings. `target` is its text and what a figure must satisfy."""
    made = Figure(
        name,
        statistics.median(values),
        unit,
        statistics.median(floors),
        floor_name,
        scatter(values),
        *(target or ())[:1],
    )
    return made if target is None else _judged(made, target[1])


def addition(
    name: str,
    unit: str,
    values: Sequence[float],
    floors: Sequence[float],
    floor_name: str,
    target: tuple[str, Limit] | None = None,
) -> Figure:
    """What `values` have over `floors`, reading by reading; `ratio` is still that of the two, not of the difference."""
    differences = [value - floor for value, floor in zip(values, floors, strict=True)]
    made = Difference(
        name,
        statistics.median(differences),
        unit,
        statistics.median(floors),
        floor_name,
        scatter(differences),
        *(target or ())[:1],
    )
    return made if target is None else _judged(made, target[1])
