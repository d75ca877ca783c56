"""Predictions and data sets as xarray data sets."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import DataError, needed

if TYPE_CHECKING:
    import xarray

_AXES = "xyz"


def read_predictions(path: str | os.PathLike[str]) -> xarray.Dataset:
    """Reads what `pdeop predict` has written, or any other file of fields that `pdeop` reads.

    Args:
        path: The file.

    Returns:
        The variables with the dimensions sample, time, x(, y(, z)) and their coordinates. `sample` is the place in the data
        set that was predicted; the coordinate `given` says which frames were copied from it. Attributes are the file's.

    Raises:
        DataError: for a file that cannot be read.
        MissingPackage: without xarray or h5py.
    """
    needed("h5py", "pdeop.read_predictions")
    needed("xarray", "pdeop.read_predictions")
    name = os.fspath(path)
    if not Path(name).exists():
        raise DataError(f"{name} is not there; pdeop predict --output writes it.")
    found = _read(name)
    if found is not None:
        return found
    # Another layout: the command knows it, and writes it in one that is known here.
    from ._command import run

    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "fields.hdf5")
        run("import", name, output=copy, progress=False)
        found = _read(copy)
        if found is None:
            raise DataError(f"{name} is in a layout that pdeop.read_predictions does not know.")
        return found.assign_attrs(_attributes(name))


def _attributes(path: str) -> dict[str, Any]:
    import h5py

    try:
        with h5py.File(path) as file:
            return {key: _plain(value) for key, value in file.attrs.items()}
    except OSError:
        return {}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "tolist"):
        value = value.tolist()
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return value


def _read(path: str) -> xarray.Dataset | None:
    """A file with an array [sample, time, x(, y(, z))] for each variable, beside t-coordinate and x-coordinate; None for any
    other."""
    import h5py
    import numpy
    import xarray

    try:
        file = h5py.File(path)
    except OSError as problem:
        if _is_hdf5(path):
            raise DataError(f"{path} cannot be read: {problem}.") from None
        return None
    with file:
        lines = [f"{axis}-coordinate" for axis in _AXES if f"{axis}-coordinate" in file]
        if not lines or "t-coordinate" not in file:
            return None
        coordinates = {line[0]: numpy.asarray(file[line], dtype=float) for line in lines}
        dimensions = ("sample", "time", *coordinates)
        names = [
            name
            for name, item in file.items()
            if isinstance(item, h5py.Dataset) and item.ndim == len(dimensions)
            and tuple(item.shape[2:]) == tuple(len(line) for line in coordinates.values())
        ]
        shapes = {file[name].shape for name in names}
        if len(shapes) != 1 or any("coordinate" in name and name[0] not in "txyz" for name in file):
            return None
        samples, frames = next(iter(shapes))[:2]
        times = numpy.asarray(file["t-coordinate"], dtype=float)
        if len(times) < frames:
            return None
        attributes = {key: _plain(value) for key, value in file.attrs.items()}
        order = ["density", "pressure", "Vx", "Vy", "Vz"]
        names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
        result = xarray.Dataset(
            {name: (dimensions, numpy.asarray(file[name])) for name in names},
            coords={"sample": _places(attributes, samples), "time": times[:frames], **coordinates},
            attrs=attributes,
        )
        given = attributes.get("initial_steps")
        if given is not None:
            result = result.assign_coords(given=("time", numpy.arange(frames) < given))
        return result


def _is_hdf5(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def _places(attributes: dict[str, Any], count: int) -> list[int]:
    """The places of the samples in the data set: runs of them, each its first and their number."""
    said = attributes.get("samples")
    if not isinstance(said, list) or len(said) % 2:
        return list(range(count))
    places = [int(first) + index for first, number in zip(said[::2], said[1::2]) for index in range(int(number))]
    return places if len(places) == count else list(range(count))
