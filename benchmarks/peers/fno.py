"""The Fourier neural operator in PyTorch, in PDEBench's form and with its parameter names.

z0 = fc0(frames, coordinates), padded with two zeros at the high end of each axis, in 3D with six at that of the last;
four blocks z <- conv(z) + w(z), with GELU after the first three; cropped; fc2(GELU(fc1(z))).
"""

from itertools import product

import torch
from torch import nn
from torch.nn import functional

PADDING = {1: (2,), 2: (2, 2), 3: (0, 0, 6)}
PROJECTION_WIDTH = 128
BLOCKS = 4


class SpectralConvolution(nn.Module):
    """Multiplies the lowest modes by complex weights [inputs, outputs, modes...], one block of them per corner."""

    def __init__(self, width, modes, dimensions):
        super().__init__()
        self.modes = modes
        self.axes = tuple(range(-dimensions, 0))
        low, high = slice(0, modes), slice(-modes, None)
        # The first axis changes fastest; the last has low modes alone.
        leading = product((low, high), repeat=dimensions - 1)
        self.corners = [tuple(reversed(corner)) + (low,) for corner in leading]
        for number in range(1, len(self.corners) + 1):
            weights = torch.empty([width, width] + [modes] * dimensions, dtype=torch.cfloat)
            self.register_parameter(f"weights{number}", nn.Parameter(weights))

    def forward(self, x):
        spectrum = torch.fft.rfftn(x, dim=self.axes)
        mixed = torch.zeros_like(spectrum)
        for number, corner in enumerate(self.corners, 1):
            kept = (slice(None), slice(None)) + corner
            weights = getattr(self, f"weights{number}")
            mixed[kept] = torch.einsum("bi...,io...->bo...", spectrum[kept], weights)
        return torch.fft.irfftn(mixed, s=x.shape[2:], dim=self.axes)


class FNO(nn.Module):
    def __init__(self, dimensions, modes, width, initial_steps, variables):
        super().__init__()
        convolution = [nn.Conv1d, nn.Conv2d, nn.Conv3d][dimensions - 1]
        self.dimensions = dimensions
        self.fc0 = nn.Linear(initial_steps * variables + dimensions, width)
        for block in range(BLOCKS):
            self.register_module(f"conv{block}", SpectralConvolution(width, modes, dimensions))
            self.register_module(f"w{block}", convolution(width, width, 1))
        self.fc1 = nn.Linear(width, PROJECTION_WIDTH)
        self.fc2 = nn.Linear(PROJECTION_WIDTH, variables)

    def forward(self, window, grid):
        """[batch, points..., frames * variables] and [batch, points..., axes] to [batch, points..., 1, variables]."""
        z = self.fc0(torch.cat((window, grid), dim=-1)).movedim(-1, 1)
        padding = PADDING[self.dimensions]
        z = functional.pad(z, [number for axis in reversed(padding) for number in (0, axis)])
        for block in range(BLOCKS):
            z = getattr(self, f"conv{block}")(z) + getattr(self, f"w{block}")(z)
            if block < BLOCKS - 1:
                z = functional.gelu(z)
        z = z[(...,) + tuple(slice(None, -axis or None) for axis in padding)].movedim(1, -1)
        return self.fc2(functional.gelu(self.fc1(z))).unsqueeze(-2)
