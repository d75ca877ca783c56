"""The U-Net in PyTorch, in PDEBench's form and with its parameter names.

Four times down (block, then the largest of two points along each axis), a block at the bottom, four times up (transposed
convolution, joined with the field of that level on the way down, block), and a convolution of one point. A block is twice a
convolution three points wide without bias, batch normalization and tanh.
"""

from collections import OrderedDict

import torch
from torch import nn

LEVELS = 4


class UNet(nn.Module):
    def __init__(self, dimensions, features, initial_steps, variables):
        super().__init__()
        self.convolution = [nn.Conv1d, nn.Conv2d, nn.Conv3d][dimensions - 1]
        self.normalization = [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d][dimensions - 1]
        transposed = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d][dimensions - 1]
        self.pool = [nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d][dimensions - 1](2)
        inputs = initial_steps * variables
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

    def block(self, name, inputs, outputs):
        layers = OrderedDict()
        for number in (1, 2):
            layers[f"{name}conv{number}"] = self.convolution(inputs, outputs, kernel_size=3, padding=1, bias=False)
            layers[f"{name}norm{number}"] = self.normalization(outputs)
            layers[f"{name}tanh{number}"] = nn.Tanh()
            inputs = outputs
        return nn.Sequential(layers)

    def forward(self, window, grid):
        """[batch, points..., frames * variables] to [batch, points..., 1, variables]; the grid is not used."""
        z = window.movedim(-1, 1).contiguous()
        skipped = []
        for level in range(1, LEVELS + 1):
            skipped.append(getattr(self, f"encoder{level}")(z))
            z = self.pool(skipped[-1])
        z = self.bottleneck(z)
        for level in range(LEVELS, 0, -1):
            z = torch.cat((getattr(self, f"upconv{level}")(z), skipped.pop()), dim=1)
            z = getattr(self, f"decoder{level}")(z)
        return self.conv(z).movedim(1, -1).unsqueeze(-2)
