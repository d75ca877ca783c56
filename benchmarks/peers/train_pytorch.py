#!/usr/bin/env python3
"""Times whole training steps of a PyTorch model on the inputs that `pdeop benchmark speed --save-inputs` wrote.

Prints one JSON object with the keys of `pdeop benchmark speed --json`.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
from safetensors import safe_open

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

from pdeop.torch import DPOT, FNO, UNet  # noqa: E402


def read(path):
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def parameters_from(tensors, model):
    """The state dict of the tensors of a pdeop file, where complex weights have a trailing axis of two."""
    state = {}
    for name, parameter in model.state_dict().items():
        tensor = tensors[name]
        state[name] = torch.view_as_complex(tensor) if parameter.is_complex() else tensor
        if state[name].shape != parameter.shape:
            raise SystemExit(f"{name} has shape {list(state[name].shape)}, expected {list(parameter.shape)}")
    return state


def model_of(settings, neuraloperator, tensors):
    dimensions = int(settings["model"][-2])
    initial_steps, variables = int(settings["initial_steps"]), int(settings["channels"])
    if settings["model"].startswith("unet"):
        return UNet(dimensions, int(settings["init_features"]), initial_steps, variables)
    if settings["model"].startswith("dpot"):
        width, points = int(settings["embedding"]), [int(part) for part in settings["resolution"].split(",")]
        return DPOT(
            dimensions,
            width,
            int(settings["depth"]),
            int(settings["blocks"]),
            int(settings["modes"]),
            initial_steps,
            variables,
            points * dimensions if len(points) == 1 else points,
            tensors["blocks.0.mlp.0.weight"].shape[0] / width,
            int(settings["patch_size"]),
            int(settings["output_width"]),
        )
    if neuraloperator:
        # Needs a package that the others do not.
        from neuraloperator_fno import NeuralOperatorFNO as Model
    else:
        Model = FNO
    # One number, or the same for every axis.
    return Model(dimensions, int(settings["modes"].split(",")[0]), int(settings["width"]), initial_steps, variables)


def channels_last(fields):
    """[batch, time, variables, points...] to [batch, points..., time, variables]."""
    return fields.movedim((1, 2), (-2, -1)).contiguous()


def window_of(frames):
    return frames.flatten(start_dim=-2)


def rollout_loss(model, frames, grid, initial_steps, unroll):
    """The mean squared error of each of the last `unroll` predicted frames, summed."""
    window, total = frames[..., :initial_steps, :], 0
    for step in range(initial_steps, frames.shape[-2]):
        with torch.set_grad_enabled(step >= frames.shape[-2] - unroll):
            prediction = model(window_of(window), grid)
            if torch.is_grad_enabled():
                total = total + torch.nn.functional.mse_loss(prediction, frames[..., step : step + 1, :])
        window = torch.cat((window[..., 1:, :], prediction), dim=-2)
    return total


def predict(model, frames, grid, initial_steps):
    model.eval()
    with torch.no_grad():
        all_frames = frames[..., :initial_steps, :]
        while all_frames.shape[-2] < frames.shape[-2]:
            prediction = model(window_of(all_frames[..., -initial_steps:, :]), grid)
            all_frames = torch.cat((all_frames, prediction), dim=-2)
    return all_frames


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--neuraloperator", action="store_true", help="the FNO of that package, with its own weights")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    tensors, settings = read(options.inputs)
    initial_steps = int(settings["initial_steps"])
    frames = channels_last(tensors["frames"])
    grid = tensors["grid"].movedim(0, -1).expand(frames.shape[0], *frames.shape[1:-2], -1)
    model = model_of(settings, options.neuraloperator, tensors)
    if not options.neuraloperator:
        model.load_state_dict(parameters_from(tensors, model))
    del tensors
    optimizer = torch.optim.Adam(
        model.parameters(), lr=float(settings["learning_rate"]), weight_decay=float(settings["weight_decay"])
    )

    losses, forward, backward, update, total = [], [], [], [], []
    for _ in range(options.repeats + 1):
        start = time.perf_counter()
        loss = rollout_loss(model, frames, grid, initial_steps, int(settings["unroll"]))
        evaluated = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        differentiated = time.perf_counter()
        optimizer.step()
        updated = time.perf_counter()
        losses.append(loss.item())
        forward.append(evaluated - start)
        backward.append(differentiated - evaluated)
        update.append(updated - differentiated)
        total.append(updated - start)
    del loss

    inference = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        predict(model, frames, grid, initial_steps)
        inference.append(time.perf_counter() - start)

    def median_after_warm_up(seconds):
        return statistics.median(seconds[1:])

    result = {
        "program": "neuraloperator" if options.neuraloperator else f"PyTorch {torch.__version__}",
        "step_seconds": median_after_warm_up(total),
        "step_seconds_all": total[1:],
        "forward_seconds": median_after_warm_up(forward),
        "backward_seconds": median_after_warm_up(backward),
        "update_seconds": median_after_warm_up(update),
        "first_step_seconds": total[0],
        "inference_seconds": statistics.median(inference),
        "loss": losses[0],
        "losses": losses,
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
