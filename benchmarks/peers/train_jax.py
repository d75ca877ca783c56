#!/usr/bin/env python3
"""Times whole training steps of the FNO in JAX on the inputs that `pdeop benchmark speed --save-inputs` wrote.

The model is that of fno.py, the rollout is a compiled scan over the predicted frames, Adam is written out. Prints one JSON
object with the keys of `pdeop benchmark speed --json`. XLA decides on its threads by the cores that it sees: `benchmarks/compare`
keeps all programs to as many cores as they are given threads, and where this one runs alone, it does so itself. FNOs in one and two
dimensions only.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--inputs", required=True)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import keep_to  # noqa: E402

# Before JAX is imported, which counts the cores.
keep_to(options.threads)

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from safetensors import safe_open  # noqa: E402

PADDING = 2
BLOCKS = 4
FIRST_MOMENT, SECOND_MOMENT, EPSILON = 0.9, 0.999, 1e-8


def read(path):
    with safe_open(path, framework="np") as file:
        return {name: jnp.asarray(file.get_tensor(name)) for name in file.keys()}, file.metadata()


def gelu(x):
    return jax.nn.gelu(x, approximate=False)


def spectral_convolution(parameters, name, x, modes):
    """x is [batch, channels, points...]; the weights of a corner are [inputs, outputs, modes..., 2]."""
    axes = tuple(range(2, x.ndim))
    corners = [(slice(0, modes),)] if x.ndim == 3 else [(slice(0, modes),) * 2, (slice(-modes, None), slice(0, modes))]
    spectrum = jnp.fft.rfftn(x, axes=axes)
    mixed = jnp.zeros_like(spectrum)
    for number, corner in enumerate(corners, 1):
        weights = parameters[f"{name}.weights{number}"]
        kept = (slice(None), slice(None)) + corner
        product = jnp.einsum("bi...,io...->bo...", spectrum[kept], jax.lax.complex(weights[..., 0], weights[..., 1]))
        mixed = mixed.at[kept].set(product)
    return jnp.fft.irfftn(mixed, s=x.shape[2:], axes=axes)


def linear(parameters, name, x):
    """A layer at every point of [batch, channels, points...]."""
    weight, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
    weight = weight.reshape(weight.shape[:2])
    return jnp.einsum("oi,bi...->bo...", weight, x) + bias.reshape([-1] + [1] * (x.ndim - 2))


def next_frame(parameters, window, grid, modes):
    """[batch, time, variables, points...] and [axes, points...] to [batch, variables, points...]."""
    dimensions = grid.ndim - 1
    frames = window.reshape((window.shape[0], -1) + window.shape[3:])
    coordinates = jnp.broadcast_to(grid, (frames.shape[0],) + grid.shape)
    z = linear(parameters, "fc0", jnp.concatenate((frames, coordinates), axis=1))
    z = jnp.pad(z, [(0, 0), (0, 0)] + [(0, PADDING)] * dimensions)
    for block in range(BLOCKS):
        z = spectral_convolution(parameters, f"conv{block}", z, modes) + linear(parameters, f"w{block}", z)
        z = gelu(z) if block < BLOCKS - 1 else z
    z = z[(Ellipsis,) + (slice(None, -PADDING),) * dimensions]
    return linear(parameters, "fc2", gelu(linear(parameters, "fc1", z)))


def rollout(parameters, frames, grid, modes, initial_steps):
    """The predictions [time, batch, variables, points...] after the first frames."""

    def advance(window, _):
        prediction = next_frame(parameters, window, grid, modes)
        return jnp.concatenate((window[:, 1:], prediction[:, None]), axis=1), prediction

    return jax.lax.scan(advance, frames[:, :initial_steps], length=frames.shape[1] - initial_steps)[1]


def main():
    tensors, settings = read(options.inputs)
    frames, grid = tensors.pop("frames"), tensors.pop("grid")
    if grid.ndim > 3:
        raise SystemExit("this peer knows FNOs in one and two dimensions")
    modes = int(settings["modes"].split(",")[0])
    initial_steps, unroll = int(settings["initial_steps"]), int(settings["unroll"])
    learning_rate, weight_decay = float(settings["learning_rate"]), float(settings["weight_decay"])
    if unroll != frames.shape[1] - initial_steps:
        raise SystemExit("this peer differentiates all predicted frames")

    def loss_of(parameters):
        errors = rollout(parameters, frames, grid, modes, initial_steps) - jnp.moveaxis(frames[:, initial_steps:], 1, 0)
        return jnp.sum(jnp.mean(errors**2, axis=tuple(range(1, errors.ndim))))

    def updated(parameters, first, second, number):
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        gradients = jax.tree.map(lambda g, p: g + weight_decay * p, gradients, parameters)
        first = jax.tree.map(lambda m, g: FIRST_MOMENT * m + (1 - FIRST_MOMENT) * g, first, gradients)
        second = jax.tree.map(lambda v, g: SECOND_MOMENT * v + (1 - SECOND_MOMENT) * g * g, second, gradients)
        size = learning_rate / (1 - FIRST_MOMENT**number)
        correction = jnp.sqrt(1 - SECOND_MOMENT**number)
        parameters = jax.tree.map(
            lambda p, m, v: p - size * m / (jnp.sqrt(v) / correction + EPSILON), parameters, first, second
        )
        return loss, parameters, first, second

    step = jax.jit(updated, donate_argnums=(0, 1, 2))
    forward = jax.jit(loss_of)
    predict = jax.jit(lambda parameters: rollout(parameters, frames, grid, modes, initial_steps))
    parameters = dict(tensors)
    first = jax.tree.map(jnp.zeros_like, parameters)
    second = jax.tree.map(jnp.zeros_like, parameters)

    losses, total = [], []
    for number in range(1, options.repeats + 2):
        start = time.perf_counter()
        loss, parameters, first, second = step(parameters, first, second, jnp.float32(number))
        losses.append(float(loss))
        jax.block_until_ready(parameters)
        total.append(time.perf_counter() - start)

    def seconds(function):
        jax.block_until_ready(function(parameters))
        times = []
        for _ in range(options.repeats):
            start = time.perf_counter()
            jax.block_until_ready(function(parameters))
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    result = {
        "program": f"JAX {jax.__version__}",
        "step_seconds": statistics.median(total[1:]),
        "step_seconds_all": total[1:],
        "forward_seconds": seconds(forward),
        "first_step_seconds": total[0],
        "inference_seconds": seconds(predict),
        "loss": losses[0],
        "losses": losses,
        "threads": options.threads,
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
