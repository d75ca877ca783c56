"""Which model weights are of: from what a checkpoint says, and from the shapes of its tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from torch import nn

from .._errors import DataError
from .dpot import DPOT
from .fno import FNO
from .unet import UNet

Shapes = Mapping[str, Sequence[int]]


def model_of(shapes: Shapes, metadata: Mapping[str, str], path: str) -> nn.Module:
    """A model, untrained, that weights of these shapes are for; a complex weight has a last axis of two.

    Raises:
        DataError: for weights of no known model.
    """
    if any(".lora_A." in name for name in shapes):
        raise DataError(
            f"{path} holds LoRA's corrections alone; merge them with the weights that they correct by pdeop export merged."
        )
    makers = {"fc0.weight": _fno, "encoder1.enc1conv1.weight": _unet, "pos_embed": _dpot}
    for name, make in makers.items():
        if name not in shapes:
            continue
        try:
            return make(shapes, metadata)
        except (KeyError, IndexError, ValueError, ZeroDivisionError) as problem:
            reason = f"there is no {problem}" if isinstance(problem, KeyError) else str(problem)
            kind = make.__name__[1:]
            raise DataError(f"{path} has tensors of a {kind}'s names, but makes none: {reason}.") from None
    names = ", ".join(list(shapes)[:5]) or "none"
    raise DataError(
        f"{path} holds the weights of no model that pdeop knows: its tensors are {names}, …; expected those of an FNO, a U-Net or "
        "a DPOT under PDEBench's names (a state_dict, not a whole module)."
    )


def _number(metadata: Mapping[str, str], key: str, otherwise: int) -> int:
    return int(metadata.get(key, otherwise))


def _steps(inputs: int, variables: int) -> int:
    if variables < 1 or inputs < variables or inputs % variables:
        raise ValueError(f"{inputs} inputs are no whole number of frames of {variables} variables")
    return inputs // variables


def _fno(shapes: Shapes, metadata: Mapping[str, str]) -> nn.Module:
    spectral, lifting, output = (list(shapes[name]) for name in ("conv0.weights1", "fc0.weight", "fc2.weight"))
    modes, variables = spectral[2:-1], output[0]
    boundary = metadata.get("boundary", "zeros")
    inputs = _number(metadata, "static_inputs", 0)
    coordinates = 0 if boundary == "periodic" else len(modes)
    return FNO(
        len(modes),
        modes,
        lifting[0],
        _steps(lifting[1] - coordinates - inputs, variables),
        variables,
        inputs,
        boundary,
        _number(metadata, "edge_points", 0),
        metadata.get("residual_blocks") == "true",
    )


def _unet(shapes: Shapes, metadata: Mapping[str, str]) -> nn.Module:
    first, output = list(shapes["encoder1.enc1conv1.weight"]), list(shapes["conv.weight"])
    inputs = _number(metadata, "static_inputs", 0)
    return UNet(
        len(first) - 2,
        first[0],
        _steps(first[1] - inputs, output[0]),
        output[0],
        inputs,
        metadata.get("padding", "zeros"),
        metadata.get("pad") == "true",
    )


def _dpot(shapes: Shapes, metadata: Mapping[str, str]) -> nn.Module:
    position, patches = list(shapes["pos_embed"]), list(shapes["patch_embed.proj.0.weight"])
    filters, mixing = list(shapes["blocks.0.filter.w1"]), list(shapes["blocks.0.mlp.0.weight"])
    expansion, head = list(shapes["out_layer.0.weight"]), list(shapes["out_layer.4.weight"])
    axes = len(position) - 2
    depth = len({match[1] for name in shapes if (match := re.match(r"blocks\.(\d+)\.filter\.w1$", name))})
    inputs = patches[1] - head[0] - axes - 1
    classes = list(shapes["cls_head.4.weight"])[0] if "cls_head.4.weight" in shapes else None
    return DPOT(
        axes,
        position[1],
        depth,
        filters[1],
        _number(metadata, "modes", 32),
        list(shapes["time_agg_layer.w"])[0],
        head[0],
        [count * patches[2] for count in position[2:]],
        mixing[0] / position[1],
        patches[2],
        expansion[1],
        patches[0],
        inputs,
        classes,
    )
