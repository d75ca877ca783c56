"""Whether given frames are as far apart, in time and in space, as those that a checkpoint was trained on."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from ._systems import LETTERS, Axis


def stride_of(metadata: dict[str, str], key: str) -> int:
    """A stride that a checkpoint states; 1 where it states none."""
    try:
        return max(int(metadata.get(key, "1")), 1)
    except ValueError:
        return 1


def interval_of(metadata: dict[str, str]) -> float | None:
    """The time between frames that a checkpoint states."""
    try:
        interval = float(metadata["frame_interval"])
    except (KeyError, ValueError):
        return None
    return interval if math.isfinite(interval) and interval > 0 else None


def check_times(times: Sequence[float], interval: float | None, stride: int) -> None:
    """Refuses frames that are not as far apart in time as in training, to a hundredth, which times in single precision need.

    Args:
        times: The times of frames that follow each other.
        interval: The time between frames in training; None where nothing is to be checked.
        stride: Every which frame of its data the checkpoint was trained on.

    Raises:
        ValueError: with the way to the right ones.
    """
    if interval is None or len(times) < 2:
        return
    gap = (times[-1] - times[0]) / (len(times) - 1)
    # Of data whose frames lie unevenly in time a checkpoint states the mean, which some of the frames need not have.
    if any(abs(after - before - gap) > 1e-2 * abs(gap) for before, after in zip(times, times[1:])):
        return
    if abs(gap / interval - 1) <= 1e-2:
        return
    trained = f"the model was trained on frames {interval:.6g} apart"
    if stride > 1:
        trained += f" (every {stride} of its data, --reduced-resolution-t {stride})"
    every = round(interval / gap) if gap > 0 else 0
    if every > 1 and abs(interval / gap / every - 1) <= 1e-2:
        advice = f"take every {every} of them first: data.isel(time=slice(None, None, {every}))"
    else:
        advice = "give frames that are as far apart, or set frame_interval to None to take these as they are"
    raise ValueError(f"the frames are {gap:.6g} apart in time, and {trained}; {advice}")


def check_points(
    shape: Sequence[int], lines: Sequence[Sequence[float]], stride: int, metadata: dict[str, str], axes: Sequence[Axis]
) -> None:
    """Refuses fields at all points of data of which a checkpoint was trained on every few.

    Other grids are taken: a model may well be asked for another resolution.

    Args:
        shape: The points of the fields along each axis.
        lines: Their coordinates; none where they are not known.
        stride: Every which point of its data the checkpoint was trained on.
        metadata: What the checkpoint says: its data's points.
        axes: The axes of the training; none where the checkpoint does not say them.

    Raises:
        ValueError: with the way to the right ones.
    """
    if stride == 1 or not (list(shape) == _data_shape(metadata) or _are_denser(lines, stride, axes)):
        return
    slices = ", ".join(f"{axis}=slice(None, None, {stride})" for axis in LETTERS[: len(shape)])
    raise ValueError(
        f"the fields have all {' x '.join(map(str, shape))} points, and the model was trained on every {stride} along each axis "
        f"(--reduced-resolution {stride}); take them first: data.isel({slices}), or set stride to 1 to take all"
    )


def _data_shape(metadata: dict[str, str]) -> list[int] | None:
    """The points of the data that a checkpoint was trained on, before the stride."""
    try:
        shape = json.loads(metadata["data_fingerprint"])["shape"]
        return [int(points) for points in shape]
    except (KeyError, TypeError, ValueError):
        return None


def _are_denser(lines: Sequence[Sequence[float]], stride: int, axes: Sequence[Axis]) -> bool:
    """Whether points lie as many times as close as in training as the stride says."""
    ratios = [
        abs(axis.spacing) * (len(line) - 1) / abs(line[-1] - line[0])
        for line, axis in zip(lines, axes)
        if len(line) > 1 and line[-1] != line[0]
    ]
    return bool(ratios) and all(abs(ratio / stride - 1) <= 1e-2 for ratio in ratios)
