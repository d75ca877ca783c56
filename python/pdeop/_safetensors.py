"""The safetensors format, read and written without another package."""

from __future__ import annotations

import json
import math
import os
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ._errors import DataError

_SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F16": 2, "BF16": 2, "U16": 2, "I16": 2, "F32": 4, "U32": 4, "I32": 4, "F64": 8, "U64": 8,
    "I64": 8, "C64": 8,
}  # fmt: skip
_LONGEST_HEADER = 16 << 20


class Stored(NamedTuple):
    """A tensor as it is stored: row-major and little-endian."""

    type: str
    shape: list[int]
    data: bytearray


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Stored], dict[str, str]]:
    """The tensors of a file by their names, and its metadata.

    Raises:
        DataError: for a file that cannot be read, or is broken.
    """
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(8)
            length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            if not 2 <= length <= min(_LONGEST_HEADER, size - 8):
                raise DataError(f"{path} is neither a safetensors file nor one written by torch.save; check its name.")
            header = json.loads(file.read(length))
            metadata = header.pop("__metadata__", {})
            start = 8 + length
            tensors = {}
            for name, entry in header.items():
                kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
                if kind not in _SIZES or math.prod(shape) * _SIZES[kind] != end - begin or not 0 <= begin <= end <= size - start:
                    raise DataError(f"{path} describes the tensor {name!r} wrongly; copy or write the file again.")
                file.seek(start + begin)
                tensors[name] = Stored(kind, shape, bytearray(file.read(end - begin)))
    except OSError as problem:
        raise DataError(f"{path} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        if isinstance(problem, DataError):
            raise
        raise DataError(f"{path} has a broken safetensors header; copy or write the file again.") from None
    return tensors, {str(key): str(value) for key, value in metadata.items()}


def write(path: str | os.PathLike[str], tensors: Iterable[tuple[str, list[int], bytes]], metadata: dict[str, str]) -> None:
    """Writes tensors of 32-bit floats; the file appears whole or not at all."""
    header: dict[str, object] = {"__metadata__": metadata}
    parts, offset = [], 0
    for name, shape, data in tensors:
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            try:
                file.write(struct.pack("<Q", len(text)) + text)
                for data in parts:
                    file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o666 & ~_umask())
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as problem:
        raise DataError(f"{path} cannot be written: {problem.strerror}.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
