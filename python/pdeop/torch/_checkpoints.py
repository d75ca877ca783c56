"""Reading and writing checkpoints."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .. import _safetensors
from .._errors import DataError
from ._formulation import Formulation
from ._operator import TrainedOperator
from ._recognition import model_of

_TYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16, "I32": torch.int32, "I64": torch.int64,
    "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64, "C64": torch.complex64,
}  # fmt: skip
# What a checkpoint says that follows from its model or its content.
_OWN_KEYS = {"xxh64", "format"}
# PDEBench's FNO3d has these layers and never uses them.
_UNUSED = re.compile(r"^bn[0-3]\.")
# Batch normalization counts batches; files of other programs may lack the count.
_COUNT = "num_batches_tracked"


def load(path: str | os.PathLike[str]) -> TrainedOperator:
    """A checkpoint as a module, in evaluation mode, that computes what `pdeop predict` does.

    Args:
        path: A checkpoint of `pdeop`, or a file of `torch.save` with the state dictionary of an FNO, a U-Net or a DPOT.

    Raises:
        DataError: for a file that cannot be read, or that is of no model that this package knows.
    """
    tensors, metadata = _read(path)
    name = os.fspath(path)
    shapes = {
        key: [*tensor.shape, 2] if tensor.is_complex() else list(tensor.shape) for key, tensor in tensors.items()
    }
    model: Any = model_of(shapes, metadata, name)
    state = {}
    for key, parameter in model.state_dict().items():
        if _UNUSED.search(key) or (key.endswith(_COUNT) and key not in tensors):
            continue
        if key not in tensors:
            raise DataError(f"{name} has no tensor {key!r}, which its model needs.")
        tensor = tensors[key]
        if parameter.is_complex() and not tensor.is_complex():
            tensor = torch.view_as_complex(tensor.float().contiguous())
        if tensor.shape != parameter.shape:
            raise DataError(f"{name} holds {key!r} with shape {list(tensor.shape)}, its model needs {list(parameter.shape)}.")
        if not torch.isfinite(torch.view_as_real(tensor) if tensor.is_complex() else tensor).all():
            raise DataError(f"{name} holds a NaN or an infinity in {key!r}; use an earlier checkpoint.")
        state[key] = tensor
    model.load_state_dict(state, strict=False)
    formulation = Formulation.of(metadata, int(model.initial_steps), name)
    kept = {key: value for key, value in metadata.items() if key not in _OWN_KEYS}
    return TrainedOperator(model, formulation, kept).eval()


def save(module: nn.Module, path: str | os.PathLike[str]) -> None:
    """Writes a checkpoint that `pdeop evaluate`, `predict` and `train --from` take.

    Args:
        module: What `load` has made, which is written with its scaling; or an FNO, a U-Net or a DPOT under PDEBench's names, of
            this package or any other, whose fields are then those of the data.
        path: The file of safetensors to write; one that is there is replaced.

    Raises:
        DataError: if the file cannot be written.
        ValueError: for a module whose tensors make no model that `pdeop` knows.
    """
    if not isinstance(module, nn.Module):
        raise ValueError(f"save takes a torch.nn.Module, got a {type(module).__name__}")
    metadata: dict[str, str] = {}
    model = module
    if isinstance(module, TrainedOperator):
        metadata.update(module.metadata)
        model = module.model
    if hasattr(model, "metadata") and callable(model.metadata):
        metadata.update(model.metadata())
    metadata["format"] = "pt"
    parts = []
    for name, tensor in _stripped(model.state_dict()).items():
        if _UNUSED.search(name):
            continue
        values = tensor.detach().cpu()
        real = torch.view_as_real(values.to(torch.complex64).resolve_conj()) if values.is_complex() else values.float()
        parts.append((name, real.contiguous()))
    title = type(module).__name__
    expected = model_of({name: tensor.shape for name, tensor in parts}, metadata, title).state_dict()
    own = dict(parts)
    for name, tensor in expected.items():
        if name.endswith(_COUNT):
            own.setdefault(name, torch.zeros([]))
        shape = [*tensor.shape, 2] if tensor.is_complex() else list(tensor.shape)
        if name not in own or list(own[name].shape) != shape:
            raise ValueError(
                f"{title} has no {name!r} of shape {shape}; expected the parameters of an FNO, a U-Net or a DPOT under "
                "PDEBench's names"
            )
    # In the model's order, whatever that of the module is.
    order = [name for name in expected if name in own]
    _safetensors.write(path, [(name, list(own[name].shape), _bytes(own[name])) for name in order], metadata)


def _bytes(tensor: Tensor) -> bytes:
    return tensor.numpy().tobytes()


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError as problem:
        raise DataError(f"{os.fspath(path)} cannot be read: {problem.strerror}.") from None
    # A zip archive, or the pickle of old versions.
    if beginning.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")):
        return _read_torch(path), {}
    stored, metadata = _safetensors.read(path)
    tensors = {}
    for name, (kind, shape, data) in stored.items():
        if kind not in _TYPES:
            raise DataError(f"{os.fspath(path)} holds the tensor {name!r} as {kind}; convert it to F32.")
        flat = torch.frombuffer(data, dtype=_TYPES[kind]) if data else torch.empty(0, dtype=_TYPES[kind])
        tensors[name] = flat.reshape(shape)
    return _stripped(tensors), metadata


def _read_torch(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:
        # What a pickle may raise is anything.
        reason = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        raise DataError(
            f"{os.fspath(path)} holds more than tensors, or is damaged ({reason[:200]}); save the weights alone: "
            "torch.save(model.state_dict(), path)."
        ) from None
    for place in ("model_state_dict", "state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(place), Mapping):
            content = content[place]
            break
    if not isinstance(content, Mapping):
        raise DataError(f"{os.fspath(path)} holds a {type(content).__name__}, expected a state dictionary.")
    return _stripped({str(name): value for name, value in content.items() if isinstance(value, Tensor)})


def _stripped(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without what DataParallel and torch.compile put before every name."""
    result = dict(tensors)
    while prefix := next(
        (one for one in ("module.", "_orig_mod.") if result and all(name.startswith(one) for name in result)), None
    ):
        result = {name[len(prefix) :]: tensor for name, tensor in result.items()}
    return result
