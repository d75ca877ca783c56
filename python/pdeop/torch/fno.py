"""The Fourier neural operator in PyTorch, in PDEBench's form and with its parameter names.

z0 = fc0(frames, coordinates), padded with two zeros at the high end of each axis, in 3D with six at that of the last;
four blocks z <- conv(z) + w(z), with GELU after the first three; cropped; fc2(GELU(fc1(z))).

Beyond PDEBench's form: other ends than zeros (`boundary`), blocks that add to their input, and fields that are seen beside the
frames, as in this package's own FNO.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional

PADDING = {1: (2,), 2: (2, 2), 3: (0, 0, 6)}
PROJECTION_WIDTH = 128
BLOCKS = 4


class SpectralConvolution(nn.Module):
    """Multiplies the lowest modes by complex weights [inputs, outputs, modes...], one block of them per corner."""

    def __init__(self, width: int, modes: Sequence[int]) -> None:
        super().__init__()
        dimensions = len(modes)
        self.axes = tuple(range(-dimensions, 0))
        # The first axis changes fastest; the last has low modes alone.
        leading = product((False, True), repeat=dimensions - 1)
        self.corners = [
            tuple(
                slice(-count, None) if is_high else slice(0, count)
                for is_high, count in zip((*reversed(corner), False), modes)
            )
            for corner in leading
        ]
        for number in range(1, len(self.corners) + 1):
            weights = torch.rand([width, width, *modes], dtype=torch.cfloat) / width**2
            self.register_parameter(f"weights{number}", nn.Parameter(weights))

    def forward(self, x: Tensor) -> Tensor:
        spectrum = torch.fft.rfftn(x, dim=self.axes)
        mixed = torch.zeros_like(spectrum)
        for number, corner in enumerate(self.corners, 1):
            kept = (slice(None), slice(None)) + corner
            weights = getattr(self, f"weights{number}")
            mixed[kept] = torch.einsum("bi...,io...->bo...", spectrum[kept], weights)
        result: Tensor = torch.fft.irfftn(mixed, s=x.shape[2:], dim=self.axes)
        return result


class FNO(nn.Module):
    """The Fourier neural operator.

    Args:
        dimensions: The number of axes of a field.
        modes: Kept Fourier modes, one number for all axes or one an axis.
        width: Hidden channels.
        initial_steps: The number of frames that it sees.
        variables: The number of variables in a frame.
        static_inputs: The number of fields that it sees beside the frames; they follow these in the window.
        boundary: `"zeros"` is PDEBench's; `"periodic"` has neither coordinates nor padding; `"open"` repeats the end values
            and sees the distance from the middle.
        edge_points: How many times open ends are repeated.
        residual_blocks: Whether each block adds to its input.
    """

    def __init__(
        self,
        dimensions: int,
        modes: int | Sequence[int],
        width: int,
        initial_steps: int,
        variables: int,
        static_inputs: int = 0,
        boundary: str = "zeros",
        edge_points: int = 0,
        residual_blocks: bool = False,
    ) -> None:
        super().__init__()
        if boundary not in ("zeros", "periodic", "open"):
            raise ValueError(f"boundary is zeros, periodic or open, not {boundary!r}")
        convolution = [nn.Conv1d, nn.Conv2d, nn.Conv3d][dimensions - 1]
        self.dimensions = dimensions
        self.modes = [modes] * dimensions if isinstance(modes, int) else list(modes)
        if len(self.modes) != dimensions:
            raise ValueError(f"{len(self.modes)} numbers of modes were given for {dimensions}D fields; give one, or one an axis")
        self.width, self.initial_steps, self.variables = width, initial_steps, variables
        self.static_inputs = static_inputs
        self.boundary, self.edge_points = boundary, edge_points
        self.residual_blocks = residual_blocks
        coordinates = 0 if boundary == "periodic" else dimensions
        self.fc0 = nn.Linear(initial_steps * variables + static_inputs + coordinates, width)
        for block in range(BLOCKS):
            self.register_module(f"conv{block}", SpectralConvolution(width, self.modes))
            self.register_module(f"w{block}", convolution(width, width, 1))
        self.fc1 = nn.Linear(width, PROJECTION_WIDTH)
        self.fc2 = nn.Linear(PROJECTION_WIDTH, variables)

    @property
    def needs_grid(self) -> bool:
        """Whether it sees where the points are."""
        return self.boundary != "periodic"

    def forward(self, window: Tensor, grid: Tensor | None = None) -> Tensor:
        """[batch, points..., frames * variables] and [batch, points..., axes] to [batch, points..., 1, variables]."""
        if self.boundary == "open":
            window, grid = self._extended(window), self._distances(_needed(grid))
        fields = window if self.boundary == "periodic" else torch.cat((window, _needed(grid)), dim=-1)
        z = self.fc0(fields).movedim(-1, 1)
        padding = PADDING[self.dimensions] if self.boundary == "zeros" else (0,) * self.dimensions
        z = functional.pad(z, [number for axis in reversed(padding) for number in (0, axis)])
        for block in range(BLOCKS):
            # The activation stands after each block but the last, so residual blocks add to what it has not seen.
            seen = functional.gelu(z) if block > 0 else z
            change = getattr(self, f"conv{block}")(seen) + getattr(self, f"w{block}")(seen)
            z = z + change if self.residual_blocks else change
        z = z[(...,) + tuple(slice(None, -axis or None) for axis in padding)].movedim(1, -1)
        result: Tensor = self.fc2(functional.gelu(self.fc1(z))).unsqueeze(-2)
        if self.boundary == "open" and self.edge_points > 0:
            kept = slice(self.edge_points, -self.edge_points)
            result = result[(slice(None),) + (kept,) * self.dimensions]
        return result

    def _extended(self, fields: Tensor) -> Tensor:
        """End values repeated beyond both ends of each axis."""
        for axis in range(1, self.dimensions + 1):
            count = fields.shape[axis]
            places = torch.arange(-self.edge_points, count + self.edge_points, device=fields.device)
            fields = fields.index_select(axis, places.clamp(0, count - 1))
        return fields

    def _distances(self, grid: Tensor) -> Tensor:
        """The distances |x - middle| of the points of the continued grid, [batch, points..., axes]."""
        lines = []
        for axis in range(self.dimensions):
            count = grid.shape[axis + 1]
            place = (0,) + (0,) * self.dimensions + (axis,)
            last_place = (0,) + tuple(count - 1 if other == axis else 0 for other in range(self.dimensions)) + (axis,)
            first, last = grid[place], grid[last_place]
            spacing = (last - first) / max(count - 1, 1)
            index = torch.arange(-self.edge_points, count + self.edge_points, device=grid.device, dtype=grid.dtype)
            lines.append((first + index * spacing - (first + last) / 2).abs())
        distances = torch.stack(torch.meshgrid(*lines, indexing="ij"), dim=-1)
        return distances.expand(grid.shape[0], *distances.shape)

    def metadata(self) -> dict[str, str]:
        """Its name and extents, under the keys of a checkpoint's metadata."""
        modes = self.modes[:1] if len(set(self.modes)) == 1 else self.modes
        result = {
            "model": f"fno{self.dimensions}d",
            "modes": ",".join(map(str, modes)),
            "width": str(self.width),
            "initial_steps": str(self.initial_steps),
            "channels": str(self.variables),
        }
        if self.static_inputs:
            result["static_inputs"] = str(self.static_inputs)
        if self.residual_blocks:
            result["residual_blocks"] = "true"
        if self.boundary != "zeros":
            result["boundary"] = self.boundary
        if self.boundary == "open":
            result["edge_points"] = str(self.edge_points)
        return result


def _needed(grid: Tensor | None) -> Tensor:
    if grid is None:
        raise ValueError("this FNO sees coordinates: give the grid, [batch, points..., axes]")
    return grid
