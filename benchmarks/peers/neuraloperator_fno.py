"""The Fourier neural operator of the package neuraloperator, of the size of PDEBench's.

It is another model: its lifting has a hidden layer, its blocks have no padding, and its weights are its own. So its losses are
not comparable, but its time and its memory are those of the same task.
"""

from torch import nn

from neuralop.models import FNO

PROJECTION_WIDTH = 128


class NeuralOperatorFNO(nn.Module):
    def __init__(self, dimensions, modes, width, initial_steps, variables):
        super().__init__()
        # The package counts positive and negative frequencies, pdeop and PDEBench the positive ones.
        self.model = FNO(
            n_modes=(2 * modes,) * (dimensions - 1) + (2 * modes - 1,),
            in_channels=initial_steps * variables,
            out_channels=variables,
            hidden_channels=width,
            n_layers=4,
            lifting_channel_ratio=1,
            projection_channel_ratio=PROJECTION_WIDTH / width,
            positional_embedding="grid",
            use_channel_mlp=False,
        )

    def forward(self, window, grid):
        """[batch, points..., frames * variables] to [batch, points..., 1, variables]; the model makes its own grid."""
        return self.model(window.movedim(-1, 1)).movedim(1, -1).unsqueeze(-2)
