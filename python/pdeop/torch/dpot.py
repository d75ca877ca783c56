"""DPOT in PyTorch, in one, two or three dimensions, with the parameter names of the released code.

Every frame, joined with its coordinates, goes through the patch embedding; the frames are added up by the temporal
aggregation; blocks z <- MLP(norm2(A(norm1(z)))) + z follow, with A(u) = u + F^-1 M(F u); then the output head.
Source: Hao et al., arXiv:2403.03542.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

GROUPS = 8
CONVOLUTIONS = [nn.Conv1d, nn.Conv2d, nn.Conv3d]
TRANSPOSED = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]


class FourierAttention(nn.Module):
    """u + F^-1 M(F u): M is a complex perceptron of two layers for each block of channels, shared by the kept modes."""

    w1: Tensor
    b1: Tensor
    w2: Tensor
    b2: Tensor

    def __init__(self, width: int, blocks: int, modes: int, dimensions: int) -> None:
        super().__init__()
        self.blocks, self.modes = blocks, modes
        self.axes = tuple(range(1, dimensions + 1))
        size = width // blocks
        scale = 1 / (size * size)
        for name, shape in {"w1": [size, size], "b1": [size], "w2": [size, size], "b2": [size]}.items():
            self.register_parameter(name, nn.Parameter(scale * torch.rand(2, blocks, *shape)))

    def forward(self, u: Tensor) -> Tensor:
        points = u.shape[2:]
        u = u.movedim(1, -1)
        spectrum = torch.fft.rfftn(u, dim=self.axes, norm="ortho")
        kept = (slice(None),) + tuple(slice(0, self.modes) for _ in points)
        z = spectrum[kept]
        z = z.reshape(*z.shape[:-1], self.blocks, -1)

        def product(real: Tensor, imaginary: Tensor, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
            def times(x: Tensor, w: Tensor) -> Tensor:
                return torch.einsum("...bi,bio->...bo", x, w)

            return times(real, w[0]) - times(imaginary, w[1]) + b[0], times(imaginary, w[0]) + times(real, w[1]) + b[1]

        real, imaginary = product(z.real, z.imag, self.w1, self.b1)
        activation = nn.functional.gelu
        real, imaginary = product(activation(real), activation(imaginary), self.w2, self.b2)
        mixed = torch.zeros_like(spectrum)
        mixed[kept] = torch.complex(real, imaginary).flatten(-2)
        result: Tensor = u + torch.fft.irfftn(mixed, s=points, dim=self.axes, norm="ortho")
        return result.movedim(-1, 1)


class Block(nn.Module):
    def __init__(self, width: int, blocks: int, modes: int, ratio: float, dimensions: int) -> None:
        super().__init__()
        convolution = CONVOLUTIONS[dimensions - 1]
        hidden = round(width * ratio)
        self.norm1 = nn.GroupNorm(GROUPS, width)
        self.filter = FourierAttention(width, blocks, modes, dimensions)
        self.norm2 = nn.GroupNorm(GROUPS, width)
        self.mlp = nn.Sequential(convolution(width, hidden, 1), nn.GELU(), convolution(hidden, width, 1))

    def forward(self, z: Tensor) -> Tensor:
        result: Tensor = self.mlp(self.norm2(self.filter(self.norm1(z))))
        return result + z


class PatchEmbedding(nn.Module):
    def __init__(self, inputs: int, hidden: int, width: int, patch: int, dimensions: int) -> None:
        super().__init__()
        convolution = CONVOLUTIONS[dimensions - 1]
        self.proj = nn.Sequential(
            convolution(inputs, hidden, patch, stride=patch), nn.GELU(), convolution(hidden, width, 1)
        )

    def forward(self, frames: Tensor) -> Tensor:
        result: Tensor = self.proj(frames)
        return result


class TemporalAggregation(nn.Module):
    """The sum over frames t of W_t^T (z_t * cos(gamma tau_t)), tau from 0 to 1."""

    def __init__(self, frames: int, width: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(frames, width, width) / (frames * width**0.5))
        self.gamma = nn.Parameter(2 ** torch.linspace(-10, 10, width).unsqueeze(0))

    def forward(self, z: Tensor) -> Tensor:
        tau = torch.linspace(0, 1, z.shape[1], dtype=z.dtype, device=z.device).unsqueeze(-1)
        waves = torch.cos(tau @ self.gamma)
        return torch.einsum("tij,bti...->bj...", self.w, z * waves.reshape(1, *waves.shape, *[1] * (z.dim() - 3)))


class DPOT(nn.Module):
    """DPOT.

    Args:
        dimensions: The number of axes of a field.
        width: Hidden channels.
        depth: Blocks of Fourier attention.
        blocks: Blocks of channels within an attention.
        modes: Kept indices of each axis of the half spectrum, at most.
        initial_steps: The number of frames that it sees.
        variables: The number of variables in a frame.
        resolution: Points along each axis of the grid that the embedding of positions is for; it is interpolated on any other.
        ratio: Hidden channels of a block's perceptron, over the width.
        patch: Points of a patch along each axis.
        output: Channels of the output head.
        patch_width: Channels between the two layers of a patch's embedding; `variables * patch + 3` unless given.
        static_inputs: The number of fields that it sees beside the frames; they follow these in the window.
        classes: The data sets that the released code's classifier tells apart; None where there is none. Nothing depends on it.
    """

    needs_grid = False

    def __init__(
        self,
        dimensions: int,
        width: int,
        depth: int,
        blocks: int,
        modes: int,
        initial_steps: int,
        variables: int,
        resolution: Sequence[int],
        ratio: float = 1,
        patch: int = 8,
        output: int = 32,
        patch_width: int | None = None,
        static_inputs: int = 0,
        classes: int | None = None,
    ) -> None:
        super().__init__()
        self.dimensions, self.variables = dimensions, variables
        self.width, self.depth, self.channel_blocks, self.modes = width, depth, blocks, modes
        self.initial_steps, self.static_inputs = initial_steps, static_inputs
        self.patch, self.output, self.resolution = patch, output, list(resolution)
        self.patch_embed = PatchEmbedding(
            variables + static_inputs + dimensions + 1, patch_width or variables * patch + 3, width, patch, dimensions
        )
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, width, *[points // patch for points in resolution]))
        self.blocks = nn.ModuleList(Block(width, blocks, modes, ratio, dimensions) for _ in range(depth))
        self.time_agg_layer = TemporalAggregation(initial_steps, width)
        convolution = CONVOLUTIONS[dimensions - 1]
        self.out_layer = nn.Sequential(
            TRANSPOSED[dimensions - 1](width, output, patch, stride=patch),
            nn.GELU(),
            convolution(output, output, 1),
            nn.GELU(),
            convolution(output, variables, 1),
        )
        if classes is not None:
            self.cls_head = nn.Sequential(
                nn.Linear(width, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, classes)
            )

    def forward(self, window: Tensor, grid: Tensor | None = None) -> Tensor:
        """[batch, points..., frames * variables] to [batch, points..., 1, variables]; the coordinates are its own."""
        samples, points = window.shape[0], window.shape[1:-1]
        if any(count % self.patch for count in points):
            raise ValueError(f"{self.patch} points of a patch do not divide {tuple(points)} points")
        seen = window.shape[-1] - self.static_inputs
        frames = window[..., :seen].reshape(samples, *points, -1, self.variables).movedim((-2, -1), (1, 2))
        steps = frames.shape[1]
        axes = [torch.linspace(0, 1, count, dtype=window.dtype, device=window.device) for count in (*points, steps)]
        coordinates = torch.stack(torch.meshgrid(*axes, indexing="ij")).movedim(-1, 0)
        fields = [frames, coordinates.expand(samples, *coordinates.shape)]
        if self.static_inputs:
            inputs = window[..., seen:].movedim(-1, 1).unsqueeze(1)
            fields.insert(1, inputs.expand(samples, steps, *inputs.shape[2:]))
        z = self.patch_embed(torch.cat(fields, dim=2).flatten(0, 1))
        z = z + self._positions(z.shape[2:])
        z = self.time_agg_layer(z.reshape(samples, steps, *z.shape[1:]))
        for block in self.blocks:
            z = block(z)
        result: Tensor = self.out_layer(z)
        return result.movedim(1, -1).unsqueeze(-2)

    def _positions(self, patches: Sequence[int]) -> Tensor:
        """The embedding of the positions on a grid of patches."""
        if tuple(patches) == tuple(self.pos_embed.shape[2:]):
            return self.pos_embed
        mode = ["linear", "bilinear", "trilinear"][self.dimensions - 1]
        return functional.interpolate(self.pos_embed, size=tuple(patches), mode=mode, align_corners=False)

    def metadata(self) -> dict[str, str]:
        """Its name and extents, under the keys of a checkpoint's metadata."""
        points = [count * self.patch for count in self.pos_embed.shape[2:]]
        result = {
            "model": f"dpot{self.dimensions}d",
            "embedding": str(self.width),
            "depth": str(self.depth),
            "blocks": str(self.channel_blocks),
            "modes": str(self.modes),
            "patch_size": str(self.patch),
            "output_width": str(self.output),
            "initial_steps": str(self.initial_steps),
            "channels": str(self.variables),
            "resolution": ",".join(map(str, points[:1] if len(set(points)) == 1 else points)),
        }
        if self.static_inputs:
            result["static_inputs"] = str(self.static_inputs)
        return result
