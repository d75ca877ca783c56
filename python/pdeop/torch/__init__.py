"""Checkpoints as PyTorch modules, and PyTorch modules as checkpoints.

    model = pdeop.torch.load("runs/a/checkpoints/best.safetensors")
    frames = model.frames(pdeop.read_predictions("flows.hdf5"))      # [samples, time, variables, x(, y(, z))]
    future = model.rollout(frames[:, :10], 20)                       # what `pdeop predict` gives
    ...                                                              # train model.parameters() further
    pdeop.torch.save(model, "tuned.safetensors")                     # a checkpoint for `pdeop`
"""

from __future__ import annotations

from .._errors import needed

needed("torch", "pdeop.torch")

from ._checkpoints import load, save  # noqa: E402
from ._operator import TrainedOperator  # noqa: E402
from .dpot import DPOT  # noqa: E402
from .fno import FNO  # noqa: E402
from .unet import UNet  # noqa: E402

__all__ = ["DPOT", "FNO", "TrainedOperator", "UNet", "load", "save"]
