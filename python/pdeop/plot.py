"""Figures of runs and of fields, by matplotlib. Each function draws into the axes that it is given, or into a new figure, and
returns the axes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._errors import DataError, needed
from ._runs import Run, read_run

if TYPE_CHECKING:
    import xarray


def _pyplot(name: str) -> Any:
    return needed("matplotlib.pyplot", f"pdeop.plot.{name}")


def _run(run: Run | str | os.PathLike[str]) -> Run:
    return run if isinstance(run, Run) else read_run(run)


def metric(*runs: Run | str | os.PathLike[str], name: str = "nRMSE", axes: Any = None) -> Any:
    """A metric of runs over the epochs.

    Args:
        runs: Runs, or their folders.
        name: A column of `Run.metrics`.
        axes: Where to draw.
    """
    axes = axes if axes is not None else _pyplot("metric").subplots()[1]
    if not runs:
        raise DataError("name a run to draw.")
    for one in map(_run, runs):
        if name not in one.metrics:
            raise DataError(f"{one.path} has no metric {name}; it has {', '.join(one.metrics.columns)}.")
        rows = one.metrics.dropna(subset=[name])
        axes.plot(rows["epoch"] + 1, rows[name], label=one.path.name)
    axes.set(xlabel="epoch", ylabel=name, yscale="log")
    axes.legend()
    return axes


def layers(run: Run | str | os.PathLike[str], name: str = "learning_rate", axes: Any = None) -> Any:
    """A number of each layer under TempBalance over the epochs.

    Args:
        run: A run, or its folder.
        name: A column of `Run.layers`, such as `alpha`.
        axes: Where to draw.
    """
    axes = axes if axes is not None else _pyplot("layers").subplots()[1]
    record = _run(run)
    if record.layers.empty or name not in record.layers:
        raise DataError(f"{record.path} has no {name} of layers: only runs with --tempbalance record them.")
    # From the beginning of the first epoch; an epoch may have several analyses.
    steps = 1 if record.steps.empty else record.steps["step"].max() + 1
    for layer, rows in record.layers.groupby("layer", sort=False):
        axes.plot(rows["epoch"] + rows["step"] / steps, rows[name], label=layer)
    axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
    axes.legend(fontsize="small")
    return axes


def fields(
    data: xarray.Dataset, variable: str | None = None, sample: int = 0, frames: Sequence[int] | None = None,
    truth: xarray.Dataset | None = None,
) -> Any:  # fmt: skip
    """Frames of a sample: lines in one dimension, images in two, the middle slice in three.

    Args:
        data: What `pdeop.read_predictions` gives.
        variable: The variable; the first one unless given.
        sample: The sample, by its place among those of `data`.
        frames: The frames to draw; four of them unless given.
        truth: The data that were predicted, drawn dashed in one dimension and in a second row in two, at the times and the points
            of `data`; they may have others besides.

    Returns:
        The axes.

    Raises:
        DataError: where `truth` has no frame at a time that is drawn, or lacks points.
    """
    pyplot = _pyplot("fields")
    name = variable or str(next(iter(data.data_vars)))
    if name not in data.data_vars:
        raise DataError(f"there is no variable {name}; there are {', '.join(map(str, data.data_vars))}.")
    if not 0 <= sample < data.sizes["sample"]:
        raise DataError(f"there is no sample {sample} among {data.sizes['sample']}.")
    count = data.sizes["time"]
    chosen = list(frames) if frames is not None else sorted({round(part * (count - 1) / 3) for part in range(4)})
    dimensions = ("time", *(axis for axis in "xyz" if axis in data.sizes))
    shown, places = [data[name].isel(sample=sample).transpose(*dimensions)], [chosen]
    times = data["time"].values[chosen]
    if truth is not None:
        shown.append(_matched(truth, name, data["sample"].values[sample], shown[0]))
        places.append(_nearest(truth["time"].values, times, "time"))
    titles = [f"t = {float(time):.3g}" for time in times]
    if "y" not in data.sizes:
        figure, axes = pyplot.subplots()
        for column, title in enumerate(titles):
            line = axes.plot(data["x"], shown[0].isel(time=places[0][column]), label=title)[0]
            if len(shown) > 1:
                axes.plot(data["x"], shown[1].isel(time=places[1][column]), "--", color=line.get_color())
        axes.set(xlabel="x", ylabel=name)
        axes.legend()
        return axes
    if "z" in data.sizes:
        shown = [one.isel(z=data.sizes["z"] // 2) for one in shown]
    size = (2.6 * len(chosen), 2.4 * len(shown))
    figure, axes = pyplot.subplots(len(shown), len(chosen), figsize=size, squeeze=False, layout="constrained")
    low, high = float(shown[-1].min()), float(shown[-1].max())
    extent = (*_ends(data["x"].values), *_ends(data["y"].values))
    for row, field in enumerate(shown):
        for column, title in enumerate(titles):
            place = axes[row][column]
            frame = field.isel(time=places[row][column])
            image = place.imshow(frame.values.T, origin="lower", extent=extent, vmin=low, vmax=high)
            place.set_title(title, fontsize="small")
    figure.colorbar(image, ax=axes, label=name)
    return axes


def _matched(truth: xarray.Dataset, name: str, sample: Any, like: xarray.DataArray) -> xarray.DataArray:
    """A variable of a sample, with all its times, at the points of another field, by their coordinates.

    Raises:
        DataError: where it has none there.
    """
    if name not in truth.data_vars:
        raise DataError(f"the truth has no variable {name}; it has {', '.join(map(str, truth.data_vars))}.")
    samples = truth["sample"].values.tolist()
    if sample not in samples:
        raise DataError(f"the truth has no sample {sample}; give the data that were predicted.")
    if missing := [str(axis) for axis in like.dims if axis not in truth[name].dims]:
        raise DataError(f"the truth has no axis {', '.join(missing)}; give the data that were predicted.")
    places = {str(axis): _nearest(truth[axis].values, like[axis].values, str(axis)) for axis in like.dims if axis != "time"}
    return truth[name].isel({"sample": samples.index(sample), **places}).transpose(*like.dims)


def _nearest(line: Any, wanted: Any, axis: str) -> list[int]:
    """The places on a line of coordinates, which need not be sorted, of wanted ones."""
    spacing = (max(line) - min(line)) / (len(line) - 1) if len(line) > 1 else 0.0
    # A file may have them in single precision.
    tolerance = max(1e-2 * spacing, 1e-6 * max(map(abs, line)), 1e-12)
    places = []
    for one in wanted:
        place = int(abs(line - one).argmin())
        if not abs(line[place] - one) <= tolerance:
            raise DataError(
                f"the truth has nothing at {axis[0]} = {one:.6g}, only from {min(line):.6g} to {max(line):.6g} in {len(line)} places; "
                + ("choose other frames, or leave truth out." if axis == "time" else "give the data that were predicted.")
            )
        places.append(place)
    return places


def _ends(line: Any) -> tuple[float, float]:
    half = (line[1] - line[0]) / 2 if len(line) > 1 else 0.5
    return float(line[0] - half), float(line[-1] + half)
