"""Run folders as pandas frames."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import DataError, needed

if TYPE_CHECKING:
    import os

    import pandas


@dataclass(frozen=True)
class Run:
    """What a training has recorded."""

    path: Path
    """The run folder."""
    metrics: pandas.DataFrame
    """A row an epoch: loss, learning rate, seconds and, where the epoch was evaluated, the metrics. The bands of fRMSE are the
    columns F_low, F_middle and F_high."""
    steps: pandas.DataFrame
    """A row a step: epoch, step and loss."""
    layers: pandas.DataFrame
    """A row an epoch and layer under TempBalance: the layer's spectrum and its learning rate; empty otherwise."""

    @property
    def best(self) -> Path:
        """The checkpoint with the lowest error so far.

        Raises:
            DataError: before the first evaluation, when there is none yet.
        """
        path = self.path / "checkpoints/best.safetensors"
        if not path.is_file():
            way = f"run.last is the one after the last whole epoch, and pdeop train --resume {shlex.quote(str(self.path))} goes on"
            if not self.last.is_file():
                way = "there is none after the last whole epoch either; copy the folder checkpoints of the run to it"
            raise DataError(f"{path} is not there: the run has not been evaluated yet, or its file was removed; {way}.")
        return path

    @property
    def last(self) -> Path:
        """The checkpoint after the last whole epoch."""
        return self.path / "checkpoints/last.safetensors"

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run, section by section; needs PyYAML."""
        yaml = needed("yaml", "Run.config", "pyyaml")
        with open(self.path / "config.yaml", encoding="utf-8") as file:
            return dict(yaml.safe_load(file))


def read_run(path: str | os.PathLike[str]) -> Run:
    """Reads what a training has recorded, also while it runs.

    Args:
        path: A run folder, as `pdeop train --output` makes it.

    Raises:
        DataError: if the folder holds no run, or a file of it is damaged.
        MissingPackage: without pandas.
    """
    frames: Any = needed("pandas", "pdeop.read_run")
    folder = Path(path)
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the one that pdeop train --output has made.")
    if not (folder / "config.yaml").is_file():
        raise DataError(f"{folder} holds no run: there is no config.yaml; give the folder that pdeop train --output has made.")

    def frame(name: str, columns: list[str]) -> Any:
        rows = [_flat(row) for row in _lines(folder / name)]
        return frames.DataFrame(rows) if rows else frames.DataFrame(columns=columns)

    metrics = frame("metrics.jsonl", ["epoch", "loss", "learning_rate", "seconds"])
    first = ["epoch", "loss", "learning_rate", "seconds"]
    metrics = metrics[[name for name in first if name in metrics] + [name for name in metrics if name not in first]]
    return Run(
        folder,
        metrics,
        frame("steps.jsonl", ["epoch", "step", "loss"]),
        frame("layers.jsonl", ["epoch", "step", "layer", "kind", "alpha", "learning_rate"]),
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    """The objects in a file of lines; what a kill has left of the last one does not count."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError
        except ValueError:
            if number == text.count("\n") + 1:
                break
            raise DataError(f"{path} is damaged: line {number} is no JSON object; remove the line.") from None
        rows.append(row)
    return rows


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row without lists: the bands of a spectrum under their names. Undefined numbers, null in JSON, are NaN."""
    result: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, list):
            names = ["low", "middle", "high"] if len(value) == 3 else [str(place) for place in range(len(value))]
            result.update({f"{key}_{name}": number for name, number in zip(names, value)})
        else:
            result[key] = float("nan") if value is None else value
    return result
