"""DPOT in PyTorch, in one, two or three dimensions, with the parameter names of the released code.

Every frame, joined with its coordinates, goes through the patch embedding; the frames are added up by the temporal
aggregation; blocks z <- MLP(norm2(A(norm1(z)))) + z follow, with A(u) = u + F^-1 M(F u); then the output head.
Source: Hao et al., arXiv:2403.03542.
"""

import torch
from torch import nn

GROUPS = 8
CONVOLUTIONS = [nn.Conv1d, nn.Conv2d, nn.Conv3d]
TRANSPOSED = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]


class FourierAttention(nn.Module):
    """u + F^-1 M(F u): M is a complex perceptron of two layers for each block of channels, shared by the kept modes."""

    def __init__(self, width, blocks, modes, dimensions):
        super().__init__()
        self.blocks, self.modes = blocks, modes
        self.axes = tuple(range(1, dimensions + 1))
        size = width // blocks
        scale = 1 / (size * size)
        for name, shape in {"w1": [size, size], "b1": [size], "w2": [size, size], "b2": [size]}.items():
            self.register_parameter(name, nn.Parameter(scale * torch.rand(2, blocks, *shape)))

    def forward(self, u):
        points = u.shape[2:]
        u = u.movedim(1, -1)
        spectrum = torch.fft.rfftn(u, dim=self.axes, norm="ortho")
        kept = (slice(None),) + tuple(slice(0, self.modes) for _ in points)
        z = spectrum[kept]
        z = z.reshape(*z.shape[:-1], self.blocks, -1)

        def product(real, imaginary, w, b):
            def times(x, w):
                return torch.einsum("...bi,bio->...bo", x, w)

            return times(real, w[0]) - times(imaginary, w[1]) + b[0], times(imaginary, w[0]) + times(real, w[1]) + b[1]

        real, imaginary = product(z.real, z.imag, self.w1, self.b1)
        activation = nn.functional.gelu
        real, imaginary = product(activation(real), activation(imaginary), self.w2, self.b2)
        mixed = torch.zeros_like(spectrum)
        mixed[kept] = torch.complex(real, imaginary).flatten(-2)
        return (u + torch.fft.irfftn(mixed, s=points, dim=self.axes, norm="ortho")).movedim(-1, 1)


class Block(nn.Module):
    def __init__(self, width, blocks, modes, ratio, dimensions):
        super().__init__()
        convolution = CONVOLUTIONS[dimensions - 1]
        hidden = int(width * ratio)
        self.norm1 = nn.GroupNorm(GROUPS, width)
        self.filter = FourierAttention(width, blocks, modes, dimensions)
        self.norm2 = nn.GroupNorm(GROUPS, width)
        self.mlp = nn.Sequential(convolution(width, hidden, 1), nn.GELU(), convolution(hidden, width, 1))

    def forward(self, z):
        return self.mlp(self.norm2(self.filter(self.norm1(z)))) + z


class PatchEmbedding(nn.Module):
    def __init__(self, inputs, hidden, width, patch, dimensions):
        super().__init__()
        convolution = CONVOLUTIONS[dimensions - 1]
        self.proj = nn.Sequential(
            convolution(inputs, hidden, patch, stride=patch), nn.GELU(), convolution(hidden, width, 1)
        )

    def forward(self, frames):
        return self.proj(frames)


class TemporalAggregation(nn.Module):
    """The sum over frames t of W_t^T (z_t * cos(gamma tau_t)), tau from 0 to 1."""

    def __init__(self, frames, width):
        super().__init__()
        self.w = nn.Parameter(torch.randn(frames, width, width) / (frames * width**0.5))
        self.gamma = nn.Parameter(2 ** torch.linspace(-10, 10, width).unsqueeze(0))

    def forward(self, z):
        tau = torch.linspace(0, 1, z.shape[1], dtype=z.dtype, device=z.device).unsqueeze(-1)
        waves = torch.cos(tau @ self.gamma)
        return torch.einsum("tij,bti...->bj...", self.w, z * waves.reshape(1, *waves.shape, *[1] * (z.dim() - 3)))


class DPOT(nn.Module):
    def __init__(
        self, dimensions, width, depth, blocks, modes, initial_steps, variables, resolution, ratio=1, patch=8, output=32
    ):
        super().__init__()
        self.dimensions, self.variables = dimensions, variables
        self.patch_embed = PatchEmbedding(
            variables + dimensions + 1, variables * patch + 3, width, patch, dimensions
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

    def forward(self, window, grid=None):
        """[batch, points..., frames * variables] to [batch, points..., 1, variables]; the coordinates are its own."""
        samples, points = window.shape[0], window.shape[1:-1]
        frames = window.unflatten(-1, (-1, self.variables)).movedim((-2, -1), (1, 2))
        steps = frames.shape[1]
        axes = [torch.linspace(0, 1, count, dtype=window.dtype, device=window.device) for count in (*points, steps)]
        coordinates = torch.stack(torch.meshgrid(*axes, indexing="ij")).movedim(-1, 0)
        coordinates = coordinates.expand(samples, *coordinates.shape)
        z = self.patch_embed(torch.cat((frames, coordinates), dim=2).flatten(0, 1)) + self.pos_embed
        z = self.time_agg_layer(z.unflatten(0, (samples, steps)))
        for block in self.blocks:
            z = block(z)
        return self.out_layer(z).movedim(1, -1).unsqueeze(-2)
