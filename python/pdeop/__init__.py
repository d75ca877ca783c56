"""Neural operators for PDEs with little data, on a CPU: the command `pdeop`, and what it writes, in Python.

    import pdeop

    pdeop.run("train", data="flows.hdf5", ratio=0.1, recipe="low-data", output="runs/a")
    run = pdeop.read_run("runs/a")                       # pandas frames: run.metrics, run.steps, run.layers
    pdeop.run("predict", checkpoint=run.best, data="flows.hdf5", output="rollouts.hdf5")
    rollouts = pdeop.read_predictions("rollouts.hdf5")   # an xarray.Dataset
    model = pdeop.torch.load(run.best)                   # a torch.nn.Module

Importing this package imports no other. What needs PyTorch, pandas, xarray or matplotlib says so when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._command import command, run
from ._errors import DataError, Error, MissingPackage, RunError, UsageError
from ._predictions import read_predictions
from ._runs import Run, read_run

__version__ = "0.2.0"

__all__ = [
    "DataError",
    "Error",
    "MissingPackage",
    "Run",
    "RunError",
    "UsageError",
    "command",
    "plot",
    "read_predictions",
    "read_run",
    "run",
    "torch",
]

if TYPE_CHECKING:
    from . import plot, torch


def __getattr__(name: str) -> Any:
    # Submodules that need other packages are imported when they are first used.
    if name in ("plot", "torch"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
