"""The U-Net in PyTorch, in PDEBench's form and with its parameter names.

Four times down (block, then the largest of two points along each axis), a block at the bottom, four times up (transposed
convolution, joined with the field of that level on the way down, block), and a convolution of one point. A block is twice a
convolution three points wide without bias, batch normalization and tanh.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 4
DIVISOR = 1 << LEVELS


class UNet(nn.Module):
    """The U-Net.

    Args:
        dimensions: The number of axes of a field.
        features: The features of the first level; each level below has twice as many.
        initial_steps: The number of frames that it sees.
        variables: The number of variables in a frame.
        static_inputs: The number of fields that it sees beside the frames; they follow these in the window.
        padding: What convolutions see beyond the ends: `"zeros"` is PDEBench's, `"periodic"` the other end.
        pad: Whether fields of any size are taken: they are continued to a multiple of 16 points, and the result is cropped.
    """

    def __init__(
        self,
        dimensions: int,
        features: int,
        initial_steps: int,
        variables: int,
        static_inputs: int = 0,
        padding: str = "zeros",
        pad: bool = False,
    ) -> None:
        super().__init__()
        if padding not in ("zeros", "periodic"):
            raise ValueError(f"padding is zeros or periodic, not {padding!r}")
        self.dimensions, self.features = dimensions, features
        self.initial_steps, self.variables, self.static_inputs = initial_steps, variables, static_inputs
        self.padding, self.pad = padding, pad
        self.convolution = [nn.Conv1d, nn.Conv2d, nn.Conv3d][dimensions - 1]
        self.normalization = [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d][dimensions - 1]
        transposed = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d][dimensions - 1]
        self.pool = [nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d][dimensions - 1](2)
        inputs = initial_steps * variables + static_inputs
        for level in range(1, LEVELS + 1):
            outputs = features << (level - 1)
            self.add_module(f"encoder{level}", self.block(f"enc{level}", inputs, outputs))
            inputs = outputs
        self.bottleneck = self.block("bottleneck", inputs, 2 * inputs)
        for level in range(LEVELS, 0, -1):
            outputs = features << (level - 1)
            self.add_module(f"upconv{level}", transposed(2 * outputs, outputs, kernel_size=2, stride=2))
            self.add_module(f"decoder{level}", self.block(f"dec{level}", 2 * outputs, outputs))
        self.conv = self.convolution(features, variables, kernel_size=1)

    def block(self, name: str, inputs: int, outputs: int) -> nn.Sequential:
        """Twice a convolution, batch normalization and tanh."""
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        mode: Literal["circular", "zeros"] = "circular" if self.padding == "periodic" else "zeros"
        for number in (1, 2):
            layers[f"{name}conv{number}"] = self.convolution(
                inputs, outputs, kernel_size=3, padding=1, padding_mode=mode, bias=False
            )
            layers[f"{name}norm{number}"] = self.normalization(outputs)
            layers[f"{name}tanh{number}"] = nn.Tanh()
            inputs = outputs
        return nn.Sequential(layers)

    needs_grid = False

    def forward(self, window: Tensor, grid: Tensor | None = None) -> Tensor:
        """[batch, points..., frames * variables] to [batch, points..., 1, variables]; the grid is not used."""
        z: Tensor = window.movedim(-1, 1).contiguous()
        points = z.shape[2:]
        before = [0] * self.dimensions
        if self.pad:
            larger = [-(-count // DIVISOR) * DIVISOR for count in points]
            before = [(to - count) // 2 for count, to in zip(points, larger)]
            for axis, (count, to, ahead) in enumerate(zip(points, larger, before)):
                z = self._continued(z, axis + 2, ahead, to - count - ahead)
        elif any(count % DIVISOR for count in points):
            raise ValueError(f"the U-Net halves fields {LEVELS} times, and {DIVISOR} does not divide {tuple(points)} points")
        skipped = []
        for level in range(1, LEVELS + 1):
            skipped.append(getattr(self, f"encoder{level}")(z))
            z = self.pool(skipped[-1])
        z = self.bottleneck(z)
        for level in range(LEVELS, 0, -1):
            z = torch.cat((getattr(self, f"upconv{level}")(z), skipped.pop()), dim=1)
            z = getattr(self, f"decoder{level}")(z)
        z = self.conv(z)[(...,) + tuple(slice(start, start + count) for start, count in zip(before, points))]
        return z.movedim(1, -1).unsqueeze(-2)

    def _continued(self, z: Tensor, axis: int, before: int, after: int) -> Tensor:
        """A field with more points at both ends of an axis."""
        if before == after == 0:
            return z
        if self.padding == "periodic":
            places = torch.arange(-before, z.shape[axis] + after, device=z.device) % z.shape[axis]
            return z.index_select(axis, places)
        return functional.pad(z, [0, 0] * (z.dim() - 1 - axis) + [before, after])

    def metadata(self) -> dict[str, str]:
        """Its name and extents, under the keys of a checkpoint's metadata."""
        result = {
            "model": f"unet{self.dimensions}d",
            "init_features": str(self.features),
            "initial_steps": str(self.initial_steps),
            "channels": str(self.variables),
            "padding": self.padding,
            "pad": str(self.pad).lower(),
        }
        if self.static_inputs:
            result["static_inputs"] = str(self.static_inputs)
        return result
