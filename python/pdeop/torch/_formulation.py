"""The way between the frames of a data set and what a model sees and computes, as `pdeop` has it.

z_t = (C(u_t) - mean) / scale is what the model sees of frame t, with C the sample's canonical form; it computes the next z, or what
is added to the last one. Conservation laws correct the result in the data's units.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._errors import DataError
from ._systems import System, shifted


@dataclass
class Scaling:
    """Means and deviations of variables; of each frame, where frames are different quantities."""

    names: list[str]
    mean: list[float]
    scale: list[float]
    frames: int = 1

    @staticmethod
    def of(record: dict[str, Any]) -> Scaling:
        """The scaling that a checkpoint states."""
        return Scaling(
            record["variables"],
            record["mean"],
            [deviation if deviation > 0 else 1.0 for deviation in record["standard_deviation"]],
            max(len(record.get("frames") or []), 1),
        )

    def at(self, time: int, like: Tensor, dimensions: int) -> tuple[Tensor, Tensor]:
        """Mean and scale of each variable of a frame."""
        count = len(self.names)
        first = min(time, self.frames - 1) * count
        shape = (count, *[1] * dimensions)
        return tuple(  # type: ignore[return-value]
            torch.tensor(values[first : first + count], dtype=torch.float64, device=like.device).reshape(shape)
            for values in (self.mean, self.scale)
        )


@dataclass
class Formulation:
    """What a checkpoint keeps of its formulation."""

    initial_steps: int
    normalization: Scaling | None = None
    inputs: Scaling | None = None
    increments: list[float] | None = None
    canonical: System | None = None
    parts: Sequence[str] = ()
    numbers: tuple[list[float], list[float]] | None = None
    conserved: Sequence[str] = ()
    conservation: System | None = None
    symmetries: System | None = None

    @staticmethod
    def of(metadata: dict[str, str], initial_steps: int, path: str) -> Formulation:
        """The formulation in a checkpoint's metadata.

        Raises:
            DataError: for one that this package does not know.
        """

        def stated(key: str) -> Any:
            return json.loads(metadata[key]) if key in metadata else None

        try:
            result = Formulation(initial_steps)
            if normalization := stated("normalization"):
                result.normalization = Scaling.of(normalization)
            if inputs := stated("input_normalization"):
                result.inputs = Scaling.of(inputs)
            record = stated("formulation") or {}
            known = {"initial_steps", "increments", "canonical", "numbers", "conservation", "symmetries"}
            if unknown := set(record) - known:
                raise DataError(
                    f"{path} was trained in a formulation with {', '.join(sorted(unknown))}, which pdeop.torch cannot express; "
                    "use pdeop predict."
                )
            result.initial_steps = record.get("initial_steps", initial_steps)
            result.increments = record.get("increments")
            if canonical := record.get("canonical"):
                result.canonical, result.parts = System.of(canonical["system"]), canonical["parts"]
                if unknown := set(result.parts) - {"galilean", "scales", "logarithms"}:
                    raise DataError(
                        f"{path} sees samples in a canonical form with {', '.join(sorted(unknown))}, which pdeop.torch cannot "
                        "express; use pdeop predict."
                    )
            if numbers := record.get("numbers"):
                result.numbers = numbers["mean"], numbers["scale"]
            if conservation := record.get("conservation"):
                result.conservation = System.of(conservation["system"])
                result.conserved = conservation["quantities"]
            if symmetries := record.get("symmetries"):
                result.symmetries = System.of(symmetries)
        except (KeyError, TypeError, ValueError, StopIteration) as problem:
            if isinstance(problem, DataError):
                raise
            raise DataError(f"{path} has a formulation in no known form; use a checkpoint as it was written.") from None
        return result

    @property
    def galilean(self) -> bool:
        """Whether samples are seen in the frame of reference in which they rest."""
        return "galilean" in self.parts


class FormulatedFrames:
    """The given frames of a batch, as a model sees them in a formulation, and the way from its output to the next frame.

    Args:
        formulation: The formulation.
        given: [samples, time, variables, points...] in the data's units; the last one is the frame of reference.
        times: The times of all frames, those to be predicted included.
        inputs: The data's inputs, [samples, inputs, points...].
        coordinates: The coordinates along each axis; None for those of the training.
    """

    def __init__(
        self,
        formulation: Formulation,
        given: Tensor,
        times: Sequence[float],
        inputs: Tensor | None,
        coordinates: list[Tensor] | None,
    ) -> None:
        self.formulation, self.given = formulation, given
        self.first = given.shape[1]
        self.dimensions = given.dim() - 3
        self.times = [time - times[self.first - 1] for time in times]
        last = given[:, -1].double()
        self.system: System | None = None
        if formulation.canonical is not None:
            self.system = formulation.canonical.on(coordinates, given.shape[3:])
            self._refer(last)
        if formulation.conservation is not None:
            self._totals = self._totals_of(last)
        self.inputs = self._inputs(inputs)

    def _refer(self, last: Tensor) -> None:
        """Velocity and scales of each sample, from its frame of reference, [samples] and [samples, axes]."""
        system, parts = self._known_system, self.formulation.parts
        density, pressure = system.place("density"), system.place("pressure")
        one = last.new_ones(last.shape[0])
        mean_density = self._mean(last[:, density]) if density is not None else one
        self._velocity = last.new_zeros(last.shape[0], self.dimensions)
        if "galilean" in parts:
            weights = last[:, density] if density is not None else 1.0
            momenta = [self._mean(last[:, place] * weights) for place in system.velocities]
            self._velocity = torch.stack(momenta, dim=1) / mean_density.unsqueeze(1)
        has_scales = "scales" in parts
        self._density = mean_density if has_scales else one
        self._pressure = self._mean(last[:, pressure]) if has_scales and pressure is not None else one
        # scale, offset [samples, variables, 1...] and whether a logarithm is taken.
        scales, offsets = [], []
        for character in system.characters:
            scale, offset = one, torch.zeros_like(one)
            if character.quantity == "density":
                scale = self._density
            elif character.quantity == "pressure":
                scale = self._pressure
            elif character.quantity is not None and character.quantity.startswith("velocity"):
                scale = (self._pressure / self._density).sqrt()
                offset = self._velocity[:, int(character.quantity.split()[1])]
            scales.append(scale)
            offsets.append(offset)
        shape = (last.shape[0], len(scales), *[1] * self.dimensions)
        self._scale = torch.stack(scales, dim=1).float().reshape(shape)
        self._offset = torch.stack(offsets, dim=1).float().reshape(shape)
        takes_logarithms = [("logarithms" in parts and one.is_positive) for one in system.characters]
        self._logarithm = torch.tensor(takes_logarithms, device=last.device).reshape(1, -1, *[1] * self.dimensions)

    @property
    def _known_system(self) -> System:
        assert self.system is not None
        return self.system

    def _mean(self, fields: Tensor) -> Tensor:
        return fields.flatten(1).mean(dim=1)

    def _inputs(self, inputs: Tensor | None) -> Tensor | None:
        """What the model sees beside the frames: the data's inputs, then the sample's numbers."""
        parts = []
        if inputs is not None:
            if self.formulation.inputs is not None:
                means, scales = self.formulation.inputs.at(0, inputs, self.dimensions)
                inputs = ((inputs.double() - means) / scales).float()
            parts.append(inputs)
        if self.formulation.numbers is not None:
            (mean,), (scale,) = self.formulation.numbers
            number = (((self._pressure / self._density).log() - mean) / scale).float()
            shape = (len(number), 1, *self.given.shape[3:])
            parts.append(number.reshape(-1, 1, *[1] * self.dimensions).expand(shape))
        return torch.cat(parts, dim=1) if parts else None

    def _scaled(self, frame: Tensor, time: int) -> Tensor:
        scaling = self.formulation.normalization
        if scaling is None:
            return frame
        mean, scale = scaling.at(time, frame, self.dimensions)
        return ((frame.double() - mean) / scale).float()

    def _unscaled(self, frame: Tensor, time: int) -> Tensor:
        scaling = self.formulation.normalization
        if scaling is None:
            return frame
        mean, scale = scaling.at(time, frame, self.dimensions)
        return (frame.double() * scale + mean).float()

    def _moved(self, frame: Tensor, time: int, direction: int) -> Tensor:
        if not self.formulation.galilean:
            return frame
        return shifted(frame, direction * self._velocity * self.times[time], self._known_system.axes)

    def _to_canonical(self, frame: Tensor, floor: Tensor | None = None) -> Tensor:
        positive = frame if floor is None else torch.maximum(frame, floor)
        # What has no logarithm is kept out of it, so that it gives no gradient that is not a number.
        safe = torch.where(self._logarithm, positive, torch.ones_like(frame))
        return torch.where(self._logarithm, (safe / self._scale).log(), (frame - self._offset) / self._scale)

    def _from_canonical(self, frame: Tensor) -> Tensor:
        safe = torch.where(self._logarithm, frame, torch.zeros_like(frame))
        return torch.where(self._logarithm, self._scale * safe.exp(), self._scale * frame + self._offset)

    def frame(self, time: int) -> Tensor:
        """A given frame in the model's units, [samples, variables, points...]."""
        frame = self.given[:, time]
        if self.system is not None:
            # A moved field is read between its points, where a front may reach below all values.
            floor = 0.5 * frame.flatten(2).amin(dim=2).reshape(*frame.shape[:2], *[1] * self.dimensions)
            frame = self._to_canonical(self._moved(frame, time, -1), floor)
        return self._scaled(frame, time)

    def next(self, output: Tensor, last: Tensor, time: int) -> Tensor:
        """The next frame in the model's units, from the model's output and the frame before."""
        if self.formulation.increments is not None:
            factors = torch.tensor(self.formulation.increments, device=output.device)
            output = last + output * factors.reshape(-1, *[1] * self.dimensions)
        if self.formulation.conservation is None:
            return output
        frame = self._unscaled(output, time)
        if self.system is not None:
            frame = self._from_canonical(frame)
        frame = self._conserving(frame)
        if self.system is not None:
            frame = self._to_canonical(frame)
        return self._scaled(frame, time)

    def restored(self, frame: Tensor, time: int) -> Tensor:
        """A predicted frame in the data's units."""
        frame = self._unscaled(frame, time)
        if self.system is None:
            return frame
        return self._moved(self._from_canonical(frame), time, 1)

    def conserving(self, forecast: Tensor) -> Tensor:
        """A mean of forecasts, [samples, time, variables, points...], with the totals of the last given frame: momentum and energy
        are products, of which a mean of fields that conserve them keeps neither."""
        if self.formulation.conservation is None:
            return forecast
        return torch.stack([self._conserving(frame) for frame in forecast.unbind(dim=1)], dim=1)

    # Conservation: means over the points, in double precision, of the last given frame and of a prediction.

    def _totals_of(self, last: Tensor) -> tuple[list[Tensor], list[Tensor], Tensor]:
        system = self.formulation.conservation
        assert system is not None
        density = system.place("density")
        weights = last[:, density] if density is not None else torch.ones_like(last[:, 0])
        masses = [self._mean(last[:, place]) for place in self._mass_places(system)]
        momenta = [self._mean(last[:, place] * weights) for place in system.velocities]
        pressure = system.place("pressure")
        internal = self._mean(last[:, pressure]) if pressure is not None else torch.zeros_like(self._mean(weights))
        energy = internal / (system.gamma - 1) + self._kinetic(last, weights, system)
        return masses, momenta, energy

    @staticmethod
    def _mass_places(system: System) -> list[int]:
        density = system.place("density")
        scalars = [place for place, one in enumerate(system.characters) if one.quantity == "conserved"]
        return ([density] if density is not None else []) + scalars

    def _kinetic(self, frame: Tensor, weights: Tensor, system: System) -> Tensor:
        total = torch.zeros_like(self._mean(weights))
        for place in system.velocities:
            total = total + 0.5 * self._mean(weights * frame[:, place] ** 2)
        return total

    def _conserving(self, frame: Tensor) -> Tensor:
        """A prediction in the data's units with the totals of its start."""
        system, conserved = self.formulation.conservation, self.formulation.conserved
        assert system is not None
        masses, momenta, energy = self._totals
        wide = [-1] + [1] * self.dimensions
        fields = list(frame.double().unbind(dim=1))
        density, pressure = system.place("density"), system.place("pressure")
        if "mass" in conserved:
            for place, total in zip(self._mass_places(system), masses):
                mean = self._mean(fields[place])
                if place == density:
                    factor = torch.where((mean > 0) & (total > 0), total / mean, torch.ones_like(mean))
                    fields[place] = fields[place] * factor.reshape(wide)
                else:
                    fields[place] = fields[place] + (total - mean).reshape(wide)
        weights = fields[density] if density is not None else torch.ones_like(fields[0])
        if "momentum" in conserved:
            inertia = self._mean(weights)
            for place, total in zip(system.velocities, momenta):
                missing = total - self._mean(fields[place] * weights)
                shift = torch.where(inertia > 0, missing / inertia, torch.zeros_like(missing))
                fields[place] = fields[place] + shift.reshape(wide)
        if "energy" in conserved and pressure is not None:
            mean = self._mean(fields[pressure])
            internal = energy - self._kinetic(torch.stack(fields, dim=1), weights, system)
            factor = torch.where((mean > 0) & (internal > 0), (system.gamma - 1) * internal / mean, torch.ones_like(mean))
            fields[pressure] = fields[pressure] * factor.reshape(wide)
        return torch.stack(fields, dim=1).float()
