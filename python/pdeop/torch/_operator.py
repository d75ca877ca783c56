"""A trained model with its formulation: from frames in the data's units to frames in the data's units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .._errors import needed
from .._predictions import key_of
from ._formulation import FormulatedFrames, Formulation
from ._strides import check_points, check_times, interval_of, stride_of
from ._systems import Element


class TrainedOperator(nn.Module):
    """A checkpoint of `pdeop` as a module. All that it does can be differentiated.

    Attributes:
        model: The network, under PDEBench's names; it takes and gives frames in the model's units, channels last.
        variables: The names of the variables, in the order of the channels; None where the checkpoint does not say.
        inputs: The names of the fields that it sees beside the frames.
        initial_steps: The number of frames that a rollout is given.
        frame_interval: The time between frames, which those of a rollout must have; None where the checkpoint does not say,
            and for frames to be taken at any times.
        stride: Every which point of its data the model was trained on, along each axis; 1 for fields to be taken at all points.
        metadata: What the checkpoint says beside the weights; `pdeop.torch.save` writes it again.
    """

    model: Any

    def __init__(self, model: nn.Module, formulation: Formulation, metadata: dict[str, str] | None = None) -> None:
        super().__init__()
        self.model = model
        self.formulation = formulation
        self.metadata = dict(metadata or {})
        scaling = formulation.normalization
        system = formulation.canonical or formulation.conservation or formulation.symmetries
        self.variables = scaling.names if scaling is not None else system.variables if system is not None else None
        self._axes = system.axes if system is not None else []
        self.inputs = formulation.inputs.names if formulation.inputs is not None else []
        self.initial_steps = formulation.initial_steps
        self.frame_interval = interval_of(self.metadata)
        self.stride = stride_of(self.metadata, "reduced_resolution")

    @property
    def dimensions(self) -> int:
        """The number of axes of a field."""
        return int(self.model.dimensions)

    def forward(self, frames: Any, **choices: Any) -> Tensor:
        """The frame after the given ones, [samples, variables, points...]; see `rollout`."""
        return self.rollout(frames, 1, **choices)[:, 0]

    def rollout(
        self,
        frames: Any,
        steps: int,
        *,
        coordinates: Sequence[Any] | None = None,
        times: Sequence[float] | None = None,
        inputs: Any = None,
    ) -> Tensor:
        """The frames that follow on the given ones, each predicted from those before.

        Args:
            frames: [samples, time, variables, points...] in the data's units, a tensor or an array; or an xarray.Dataset of
                `pdeop.read_predictions`, whose coordinates, times and inputs are used unless others are given. The last
                `initial_steps` frames are what it starts from.
            steps: The number of frames to predict.
            coordinates: The coordinates of the points along each axis. FNOs with ends see them; others need them only where
                the grid is not that of the training.
            times: The times of the given frames and perhaps the predicted ones; as far apart as in training unless given.
            inputs: The fields that the model sees beside the frames, [samples, inputs, points...] in the data's units, in the order
                of `self.inputs`.

        Returns:
            [samples, steps, variables, points...].

        Raises:
            ValueError: for fields that the model does not take, with what it takes. Frames at other distances in time than in
                training are refused where their times are known, and so are all points of data of which it saw every few.
        """
        if hasattr(frames, "data_vars"):
            coordinates = coordinates or [frames[name].values for name in "xyz"[: self.dimensions] if name in frames.coords]
            if times is None and "time" in frames.coords:
                times = [float(time) for time in frames["time"].values]
            inputs = self._inputs_of(frames) if inputs is None else inputs
            frames = self.frames(frames)
        given = _tensor(frames, self._device)
        self._check(given, steps)
        all_times = self._times(times, given.shape[1], steps)
        given = given[:, -self.initial_steps :]
        lines = self._lines(coordinates, given)
        check_points(given.shape[3:], [line.tolist() for line in lines or []], self.stride, self.metadata, self._axes)
        fields = self._inputs(inputs, given)
        system = self.formulation.symmetries
        if system is None:
            return self._forecast(given, fields, all_times, lines)
        elements = Element.group(system.on(lines, given.shape[3:]))
        total = torch.zeros_like(given[:, :1])
        for element in elements:
            turned = None if fields is None else element.inputs(fields)
            # Reflections and exchanges take the grid to itself, so its coordinates stay.
            total = total + element.inverse(self._forecast(element(given), turned, all_times, lines))
        return FormulatedFrames(self.formulation, given, all_times, fields, lines).conserving(total / len(elements))

    def frames(self, dataset: Any) -> Tensor:
        """The frames of an xarray.Dataset as `rollout` takes them, [samples, time, variables, points...]."""
        numpy = needed("numpy", "TrainedOperator.frames")
        names = self.variables or list(dataset.data_vars)
        keys = {name: key_of(dataset, name) for name in names}
        missing = [name for name in names if keys[name] is None]
        if missing:
            raise ValueError(f"the model predicts {', '.join(names)}; the data lack {', '.join(missing)}")
        order = ("sample", "time", *"xyz"[: self.dimensions])
        fields = [numpy.asarray(dataset[keys[name]].transpose(*order).values, dtype="float32") for name in names]
        return torch.from_numpy(numpy.stack(fields, axis=2))

    def _inputs_of(self, dataset: Any) -> Any:
        """The inputs of an xarray.Dataset, [samples, inputs, points...]; None unless it has them all, once a sample."""
        order = ("sample", *"xyz"[: self.dimensions])
        keys = [key_of(dataset, name) for name in self.inputs]
        if not keys or any(key is None or set(dataset[key].dims) != set(order) for key in keys):
            return None
        fields = [dataset[key].transpose(*order).values for key in keys]
        return needed("numpy", "TrainedOperator.rollout").stack(fields, axis=1)

    @property
    def _device(self) -> torch.device:
        return next(self.parameters()).device

    def _check(self, given: Tensor, steps: int) -> None:
        dimensions, variables = self.dimensions, int(self.model.variables)
        if given.dim() != dimensions + 3:
            raise ValueError(
                f"frames of shape {list(given.shape)}, expected [samples, time, variables, {', '.join('xyz'[:dimensions])}]"
            )
        if given.shape[2] != variables:
            names = f" ({', '.join(self.variables)})" if self.variables else ""
            raise ValueError(f"frames of {given.shape[2]} variables, expected {variables}{names}: {list(given.shape)}")
        if given.shape[1] < self.initial_steps:
            raise ValueError(f"{given.shape[1]} frames, but the model starts from {self.initial_steps}")
        if steps < 1:
            raise ValueError(f"a rollout of {steps} steps predicts nothing")

    def _lines(self, coordinates: Sequence[Any] | None, given: Tensor) -> list[Tensor] | None:
        if coordinates is None or len(coordinates) == 0:
            if self.model.needs_grid:
                raise ValueError(
                    "this model sees where the points are: give coordinates, one sequence for each axis, such as "
                    "coordinates=[data.x.values]"
                )
            return None
        lines = [torch.tensor([float(place) for place in line], dtype=torch.float64) for line in coordinates]
        if [len(line) for line in lines] != list(given.shape[3:]):
            raise ValueError(f"coordinates of {[len(line) for line in lines]} points for fields of {list(given.shape[3:])}")
        return lines

    def _times(self, times: Sequence[float] | None, frames: int, steps: int) -> list[float]:
        """The times of the frames that a rollout starts from and of those that it predicts."""
        count = self.initial_steps + steps
        if times is None or len(times) == 0:
            if self.frame_interval is None and self.formulation.galilean:
                raise ValueError("this model moves with its samples: give the times of the frames")
            return [index * (self.frame_interval or 1.0) for index in range(count)]
        if len(times) < frames:
            raise ValueError(f"{len(times)} times for {frames} frames")
        stride = stride_of(self.metadata, "reduced_resolution_t")
        check_times([float(time) for time in times], self.frame_interval, stride)
        known = [float(time) for time in times[frames - self.initial_steps :]][:count]
        step = known[-1] - known[-2] if len(known) > 1 else self.frame_interval or 1.0
        last = known[-1]
        return known + [last + (index + 1) * step for index in range(count - len(known))]

    def _inputs(self, inputs: Any, given: Tensor) -> Tensor | None:
        extra = 1 if self.formulation.numbers is not None else 0
        count = int(self.model.static_inputs) - extra
        if inputs is None:
            if count:
                names = f" ({', '.join(self.inputs)})" if self.inputs else ""
                known = ",".join(self.inputs)
                way = f', or a data set that has them: pdeop.read_predictions(..., inputs="{known}")' if known else ""
                raise ValueError(
                    f"this model sees {count} fields beside the frames{names}: give inputs, [samples, {count}, points...]{way}"
                )
            return None
        fields = _tensor(inputs, given.device)
        expected = [given.shape[0], count, *given.shape[3:]]
        if list(fields.shape) != expected:
            raise ValueError(f"inputs of shape {list(fields.shape)}, expected {expected}")
        return fields

    def _forecast(
        self, given: Tensor, inputs: Tensor | None, times: list[float], lines: list[Tensor] | None
    ) -> Tensor:
        frames = FormulatedFrames(self.formulation, given, times, inputs, lines)
        history = int(self.model.initial_steps)
        first = self.initial_steps
        window = [frames.frame(time) for time in range(first - history, first)]
        grid = None
        if lines is not None and self.model.needs_grid:
            mesh = torch.meshgrid(*[line.float().to(given.device) for line in lines], indexing="ij")
            grid = torch.stack(mesh, dim=-1).expand(given.shape[0], *given.shape[3:], -1)
        result = []
        for time in range(first, len(times)):
            seen = torch.cat(window + ([] if frames.inputs is None else [frames.inputs]), dim=1).movedim(1, -1)
            output = self.model(seen, grid).squeeze(-2).movedim(-1, 1)
            window = [*window[1:], frames.next(output, window[-1], time)]
            result.append(frames.restored(window[-1], time))
        return torch.stack(result, dim=1)


def _tensor(values: Any, device: torch.device) -> Tensor:
    """Fields as 32-bit floats; a copy of arrays, which may be read-only."""
    if isinstance(values, Tensor):
        return values.to(device, torch.float32)
    return torch.tensor(needed("numpy", "TrainedOperator.rollout").asarray(values), dtype=torch.float32, device=device)
