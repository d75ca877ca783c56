"""Predictions and data sets as xarray data sets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._errors import DataError, Error, needed

if TYPE_CHECKING:
    import xarray

_AXES = "xyz"


def read_predictions(
    path: str | os.PathLike[str], *, axes: str | None = None, variables: str | Sequence[str] | None = None,
    inputs: str | Sequence[str] | None = None,
) -> xarray.Dataset:  # fmt: skip
    """Reads what `pdeop predict` has written, or any other file of fields that `pdeop` reads.

    Args:
        path: The file.
        axes: What each axis of the arrays is, as `--axes` of `pdeop import` takes it, such as "n,t,x,y"; as the file tells
            unless given.
        variables: The arrays that are variables, such as "u,v" or ["u", "v"]; as the file tells unless given.
        inputs: The fields and numbers that a model sees and does not predict, likewise; none unless given.

    Returns:
        The variables, named as `pdeop inspect` names them, with the dimensions sample, time, x(, y(, z)) and their coordinates.
        `sample` is the place in the data set that was predicted; the coordinate `given` says which frames were copied from it.
        Where the frames are quantities of different names, as in Darcy flow, the coordinate `frame` has these. Inputs are
        coordinates with the dimensions sample, x(, y(, z)); of a file without times they are the first of the frames. A field that
        has the name of a coordinate, such as x or time, gets an underscore behind it, and keeps its own as `long_name` in its
        attributes. Attributes are the file's.

    Raises:
        DataError: for a file that cannot be read.
        MissingPackage: without xarray or h5py.
    """
    needed("h5py", "pdeop.read_predictions")
    needed("xarray", "pdeop.read_predictions")
    name = os.fspath(path)
    if not Path(name).exists():
        raise DataError(f"{name} is not there; pdeop predict --output writes it.")
    if Path(name).is_dir():
        raise DataError(f"{name} is a folder; name one of its files, or make them one file by pdeop import.")
    choices = {"axes": axes, "variables": variables, "inputs": inputs}
    choices = {key: value if isinstance(value, str) else list(value) for key, value in choices.items() if value is not None}
    found = None if choices else _read(name)
    if found is not None:
        return found
    # Another layout: the command knows it, and writes it in one that is known here.
    from ._command import run

    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "fields.hdf5")
        try:
            written = run("import", name, output=copy, progress=False, **choices)
        except Error as problem:
            if "axes" in choices or "--axes" not in str(problem):
                raise
            hint = f'{problem} In Python: pdeop.read_predictions(..., axes="n,t,x,y").'
            raise type(problem)(hint, problem.exit_code) from None
        found = _read(copy, written["variables"], written["inputs"])
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


def _read(path: str, variables: Sequence[str] = (), inputs: Sequence[str] = ()) -> xarray.Dataset | None:
    """A file of one of PDEBench's layouts, beside x-coordinate and the like; None for any other.

    Args:
        path: The file.
        variables: The variables of a file that `pdeop import` has written. Without times a single one has its quantities for frames, and
            the name of the last.
        inputs: The arrays beside them, each once a sample.
    """
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
        if not lines or any("coordinate" in name and name[0] not in "txyz" for name in file):
            return None
        coordinates = {line[0]: numpy.asarray(file[line], dtype=float) for line in lines}
        points = tuple(len(line) for line in coordinates.values())
        read = _darcy_flow(file, points) or _incompressible_flow(file, points)
        read = read or _variables(file, points) or _quantities(file, points, variables)
        if read is None:
            return None
        fields, times, frame_names = read
        samples, frames = next(iter(fields.values())).shape[:2]
        attributes = {key: _plain(value) for key, value in file.attrs.items()}
        given = attributes.get("initial_steps")
        coords: dict[str, Any] = {"sample": _places(attributes, samples), "time": times[:frames], **coordinates}
        if frame_names:
            coords["frame"] = ("time", frame_names)
        if given is not None:
            coords["given"] = ("time", numpy.arange(frames) < given)
        seen = {name: numpy.asarray(file[name]) for name in inputs if name not in frame_names}
        keys = _keys([*fields, *seen], coords)

        def named(dimensions: Sequence[str], values: dict[str, Any]) -> dict[str, Any]:
            notes = {name: {} if keys[name] == name else {"long_name": name} for name in values}
            return {keys[name]: (dimensions, field, notes[name]) for name, field in values.items()}

        coords |= named(("sample", *coordinates), seen)
        return xarray.Dataset(named(("sample", "time", *coordinates), fields), coords=coords, attrs=attributes)


def _keys(names: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """What fields are called in a data set: by their names, with underscores behind those that something else has."""
    used = {*taken}
    keys: dict[str, str] = {}
    # A field that can keep its name does.
    for name in sorted(names, key=lambda name: name in used):
        key = name
        while key in used:
            key += "_"
        keys[name] = key
        used.add(key)
    return keys


def key_of(dataset: Any, name: str) -> str | None:
    """What a field is called in a data set of `read_predictions`; None where there is none of the name."""
    # Coordinates of more than one dimension are inputs.
    fields = {key: field for key, field in dataset.variables.items() if key in dataset.data_vars or len(field.dims) > 1}
    if name in fields:
        return name
    return next((key for key, field in fields.items() if field.attrs.get("long_name") == name), None)


def _shapes(file: Any) -> dict[str, tuple[int, ...]]:
    import h5py

    return {name: tuple(item.shape) for name, item in file.items() if isinstance(item, h5py.Dataset)}


# The fields by name, the times, and the names of the frames where they are different quantities.
_Fields = tuple[dict[str, Any], Any, list[str]]


def _variables(file: Any, points: tuple[int, ...]) -> _Fields | None:
    """An array [sample, time, x(, y(, z))] for each variable."""
    import numpy

    shapes = _shapes(file)
    names = [name for name, shape in shapes.items() if len(shape) == 2 + len(points) and shape[2:] == points]
    if "t-coordinate" not in shapes or len({shapes[name] for name in names}) != 1:
        return None
    times = numpy.asarray(file["t-coordinate"], dtype=float)
    if len(times) < shapes[names[0]][1]:
        return None
    order = ["density", "pressure", "Vx", "Vy", "Vz"]
    names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    return {name: numpy.asarray(file[name]) for name in names}, times, []


def _darcy_flow(file: Any, points: tuple[int, ...]) -> _Fields | None:
    """`nu` [sample, x, y] and `tensor` [sample, 1, x, y]: the first and the second frame of one variable, whatever times there are."""
    import numpy

    nu, tensor = (_shapes(file).get(name, ()) for name in ("nu", "tensor"))
    if len(points) != 2 or tensor[1:] != (1, *points) or nu != (tensor[0], *points):
        return None
    frames = numpy.concatenate([numpy.asarray(file["nu"])[:, None], numpy.asarray(file["tensor"])], axis=1)
    return {"tensor": frames}, numpy.arange(2.0), ["nu", "tensor"]


def _incompressible_flow(file: Any, points: tuple[int, ...]) -> _Fields | None:
    """`velocity` [sample, time, x, y, 2] and `particles` [sample, time, x, y, 1]."""
    import numpy

    shapes = _shapes(file)
    velocity, particles = shapes.get("velocity", ()), shapes.get("particles", ())
    if len(points) != 2 or velocity[2:] != (*points, 2) or particles != (*velocity[:4], 1):
        return None
    count = velocity[1]
    if shapes.get("t") == velocity[:2]:
        # All samples have the times of the first one, as for the command.
        times = numpy.asarray(file["t"][0], dtype=float)
    elif "t-coordinate" in shapes:
        times = numpy.asarray(file["t-coordinate"], dtype=float)
    else:
        times = numpy.arange(float(count))
    if times.ndim != 1 or len(times) < count:
        return None
    values = numpy.asarray(file["velocity"])
    fields = {"Vx": values[..., 0], "Vy": values[..., 1], "particles": numpy.asarray(file["particles"])[..., 0]}
    return fields, times, []


def _quantities(file: Any, points: tuple[int, ...], variables: Sequence[str]) -> _Fields | None:
    """Arrays [sample, x(, y(, z))] without times that `pdeop import` has written: frames of one variable, which ends in its own."""
    import numpy

    shapes = _shapes(file)
    names = [name for name, shape in shapes.items() if len(shape) == 1 + len(points) and shape[1:] == points]
    if len(variables) != 1 or variables[0] not in names or len({shapes[name] for name in names}) != 1:
        return None
    if "t-coordinate" in shapes:
        return None
    names.sort(key=lambda name: name == variables[0])
    frames = numpy.stack([numpy.asarray(file[name]) for name in names], axis=1)
    return {variables[0]: frames}, numpy.arange(float(len(names))), names


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
