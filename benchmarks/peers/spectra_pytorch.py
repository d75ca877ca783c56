#!/usr/bin/env python3
"""Times the analysis of a model's layers in PyTorch, the way the paper's code does it: by singular values.

For every layer: the singular values of its matrix, or of one matrix for each position of a convolution's kernel (times
the root of a half) and for each mode of a spectral convolution; their squares, sorted; those above 1e-5; and Hill's
estimate of alpha over the upper half of these. Prints one JSON object.
"""

import argparse
import json
import statistics
import time

import torch
from safetensors.torch import load_file

THRESHOLD = 1e-5


def is_layer(name, tensor):
    return name.split(".")[-1].startswith("weight") and tensor.dim() >= 2 and "upconv" not in name


def layers(tensors):
    """Each layer's matrices as batches [matrices, rows, columns]."""
    found = {}
    for name, tensor in tensors.items():
        if not is_layer(name, tensor):
            continue
        layer, last = name.rsplit(".", 1)
        if last != "weight":
            tensor = torch.view_as_complex(tensor.contiguous())
        batch = tensor.flatten(2).permute(2, 0, 1) if tensor.dim() > 2 else tensor[None]
        if last == "weight" and tensor.dim() > 2:
            batch = batch * 0.5**0.5
        found.setdefault(layer, []).append(batch.contiguous())
    return found


def alpha(batches):
    eigenvalues = torch.cat([torch.linalg.svdvals(batch).square().flatten() for batch in batches])
    eigenvalues = eigenvalues.sort().values
    kept = eigenvalues[eigenvalues > THRESHOLD]
    if len(kept) == 0:
        kept = eigenvalues
    tail = kept[len(kept) // 2 :].log()
    spread = (tail - tail[0]).mean().item()
    return 1 + 1 / spread if spread > 1e-5 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--include", choices=["spectral"])
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tensors = load_file(options.checkpoint)
    if options.include != "spectral":
        tensors = {name: tensor for name, tensor in tensors.items() if ".weights" not in name}
    matrices = layers(tensors)
    seconds = []
    with torch.no_grad():
        for _ in range(options.repeats + 1):
            start = time.perf_counter()
            alphas = {layer: alpha(batches) for layer, batches in matrices.items()}
            seconds.append(time.perf_counter() - start)
    print(
        json.dumps(
            {
                "program": f"PyTorch {torch.__version__}",
                "seconds": statistics.median(seconds[1:]),
                "seconds_all": seconds[1:],
                "alpha": alphas,
            }
        )
    )


if __name__ == "__main__":
    main()
