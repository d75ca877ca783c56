"""What a checkpoint says of its fields: axes, how variables change, and the symmetries of their equations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any

import torch
from torch import Tensor

LETTERS = "xyz"


@dataclass(frozen=True)
class Axis:
    """An axis of space: its points, its length, whether the first point lies at the end of the domain, and whether coordinates
    fall from point to point."""

    points: int
    length: float
    is_periodic: bool
    starts_at_end: bool
    is_descending: bool = False
    middle: float | None = None
    """The coordinate halfway between the ends of the domain; None where the checkpoint does not say it."""
    is_centered: bool = True
    """Whether the points lie as far from one end of the domain as from the other, as far as the middle is known."""

    @property
    def spacing(self) -> float:
        """The way from a point to the next; negative where coordinates fall."""
        return (-self.length if self.is_descending else self.length) / self.points

    def on(self, coordinates: Sequence[float]) -> Axis:
        """The same axis with other points."""
        count = len(coordinates)
        spacing = (coordinates[-1] - coordinates[0]) / (count - 1) if count > 1 else 1.0
        length = abs(spacing) * count
        halves = 2 * float(coordinates[0]) / length
        return replace(
            self,
            points=count,
            length=length,
            starts_at_end=abs(halves - round(halves)) < 0.1 / count,
            is_descending=spacing < 0,
            is_centered=self.middle is None
            or abs((coordinates[0] + coordinates[-1]) / 2 - self.middle) < 1e-3 * abs(spacing),
        )


@dataclass(frozen=True)
class Character:
    """How a variable changes when axes are reflected or exchanged, and what it is."""

    kind: str
    axes: tuple[int, ...]
    is_positive: bool
    quantity: str | None


@dataclass(frozen=True)
class System:
    """Fields, as a checkpoint describes them."""

    variables: list[str]
    characters: list[Character]
    input_characters: list[Character]
    axes: list[Axis]
    symmetries: list[str]
    gamma: float

    @staticmethod
    def of(record: dict[str, Any]) -> System:
        """The system of a record in a checkpoint."""
        return System(
            record["variables"],
            [_character(one) for one in record["characters"]],
            [_character(one) for one in record["input_characters"]],
            [
                Axis(
                    axis["points"],
                    axis["length"],
                    axis.get("isPeriodic") is True,
                    axis["startsAtEnd"],
                    axis.get("descends") is True,
                    axis.get("middle"),
                )
                for axis in record["axes"]
            ],
            record["symmetries"],
            record.get("gamma") or 5 / 3,
        )

    def on(self, coordinates: list[Tensor] | None, shape: Sequence[int]) -> System:
        """The same fields on a grid.

        Raises:
            ValueError: where it is another grid than the checkpoint's, and its coordinates are not given.
        """
        if coordinates is not None:
            return replace(self, axes=[axis.on(line.tolist()) for axis, line in zip(self.axes, coordinates)])
        if [axis.points for axis in self.axes] != list(shape):
            points = " x ".join(str(axis.points) for axis in self.axes)
            raise ValueError(f"the model was trained on {points} points; give the coordinates of any other grid")
        return self

    def place(self, quantity: str) -> int | None:
        """The place of the variable that is a quantity."""
        places = [place for place, one in enumerate(self.characters) if one.quantity == quantity]
        return places[0] if places else None

    @property
    def velocities(self) -> list[int]:
        """The places of the velocity's components; empty where one of them is missing."""
        places = [self.place(f"velocity {axis}") for axis in range(len(self.axes))]
        return [] if None in places else [place for place in places if place is not None]


def _character(record: dict[str, Any]) -> Character:
    kind, axes = next(iter(record["kind"].items()))
    quantity = None
    if record.get("quantity"):
        quantity, at = next(iter(record["quantity"].items()))
        if "axis" in at:
            quantity = f"{quantity} {at['axis']}"
    return Character(kind, tuple(axes[key] for key in sorted(axes)), record["isPositive"], quantity)


class Element:
    """A product of reflections and exchanges of axes, as it acts on fields: new axis a is the old axis sources[a], reversed
    where signs[a] is -1."""

    def __init__(self, sources: tuple[int, ...], signs: tuple[int, ...], system: System) -> None:
        self.sources, self.signs, self.system = sources, signs, system

    @staticmethod
    def group(system: System) -> list[Element]:
        """All elements that the system's reflections and exchanges generate."""
        dimensions = len(system.axes)
        named = [LETTERS.index(word[-1]) for word in system.symmetries if word.startswith("reflect-")]
        # Where the ends are joined, any point may be the middle.
        reflected = [axis for axis in named if system.axes[axis].is_periodic or system.axes[axis].is_centered]
        exchanged = [
            tuple(LETTERS.index(letter) for letter in word[-2:]) for word in system.symmetries if word.startswith("exchange-")
        ]
        # Exchanges carry a reflection to the axes that they exchange; so the group is a product of both.
        classes = list(range(dimensions))
        for first, second in exchanged:
            classes = [classes[first] if one == classes[second] else one for one in classes]
        free = {classes[axis] for axis in reflected}
        orders = [
            order
            for order in permutations(range(dimensions))
            if all(classes[axis] == classes[source] for axis, source in enumerate(order))
        ]
        signs = product(*[(1, -1) if classes[axis] in free else (1,) for axis in range(dimensions)])
        return [Element(order, sign, system) for sign in signs for order in orders]

    @property
    def inverse(self) -> Element:
        """The element that undoes this one."""
        sources, signs = [0] * len(self.sources), [1] * len(self.signs)
        for axis, (source, sign) in enumerate(zip(self.sources, self.signs)):
            sources[source], signs[source] = axis, sign
        return Element(tuple(sources), tuple(signs), self.system)

    def __call__(self, fields: Tensor) -> Tensor:
        """Fields [..., variables, points...] as they become."""
        return self._changed(fields, self.system.characters)

    def inputs(self, fields: Tensor) -> Tensor:
        """Inputs [..., inputs, points...] as they become; what nothing is known of is a scalar."""
        count = fields.shape[-len(self.sources) - 1]
        known = self.system.input_characters
        return self._changed(fields, known if len(known) == count else [Character("scalar", (), False, None)] * count)

    def _changed(self, fields: Tensor, characters: list[Character]) -> Tensor:
        dimensions = len(self.sources)
        first = fields.dim() - dimensions
        places, signs = zip(*[self._source(place, characters) for place in range(len(characters))])
        result = fields.index_select(first - 1, torch.tensor(places, device=fields.device))
        result = result.permute(*range(first), *(first + source for source in self.sources))
        for axis, (source, sign) in enumerate(zip(self.sources, self.signs)):
            if sign > 0:
                continue
            result = result.flip(first + axis)
            if self.system.axes[source].starts_at_end and self.system.axes[source].is_periodic:
                result = result.roll(1, first + axis)
        factors = torch.tensor(signs, device=fields.device, dtype=fields.dtype)
        return result * factors.reshape(-1, *[1] * dimensions)

    def _source(self, place: int, characters: list[Character]) -> tuple[int, int]:
        """Which variable the new values of one come from, and their sign."""
        own = characters[place]
        if own.kind == "scalar":
            return place, 1
        if own.kind == "pseudoscalar":
            swaps = sum(
                later < earlier for at, earlier in enumerate(self.sources) for later in self.sources[at + 1 :]
            )
            return place, (-1) ** swaps * math.prod(self.signs)
        wanted = tuple(self.sources[axis] for axis in own.axes)
        is_velocity = (own.quantity or "").startswith("velocity")

        def alike(axes: tuple[int, ...], until: int) -> list[int]:
            return [
                index
                for index, one in enumerate(characters[:until])
                if (one.kind, one.axes) == (own.kind, axes) and (one.quantity or "").startswith("velocity") == is_velocity
            ]

        # The first vector's components belong together, the second's, and so on.
        found = alike(wanted, len(characters))[len(alike(own.axes, place))]
        return found, math.prod(self.signs[axis] for axis in own.axes)


def shifted(fields: Tensor, distances: Tensor, axes: list[Axis]) -> Tensor:
    """Periodic fields [samples, ..., points...] moved by a distance along each axis, [samples, axes], as the trigonometric
    polynomials that they are. The highest mode of an even extent moves by the nearest whole number of cells, so that every move
    can be undone."""
    dimensions = len(axes)
    spatial = tuple(range(fields.dim() - dimensions, fields.dim()))
    spectrum = torch.fft.rfftn(fields, dim=spatial)
    for number, axis in enumerate(axes):
        count = axis.points
        cells = distances[:, number].double() / axis.spacing
        is_last = number == dimensions - 1
        waves = torch.arange(count // 2 + 1) if is_last else (torch.fft.fftfreq(count) * count).round()
        angles = -2 * math.pi * torch.remainder(cells / count, 1).unsqueeze(1) * waves.to(cells)
        phases = torch.polar(torch.ones_like(angles), angles)
        if count % 2 == 0:
            whole = torch.sign(cells) * torch.floor(cells.abs() + 0.5)
            phases[:, count // 2] = torch.where(torch.remainder(whole, 2) == 0, 1.0, -1.0).to(phases)
        shape = [len(phases)] + [1] * (fields.dim() - 1)
        shape[spatial[number]] = phases.shape[1]
        spectrum = spectrum * phases.to(spectrum.dtype).reshape(shape)
    moved = torch.fft.irfftn(spectrum, s=fields.shape[-dimensions:], dim=spatial)
    still = (distances == 0).all(dim=1).reshape(-1, *[1] * (fields.dim() - 1))
    return torch.where(still, fields, moved)
