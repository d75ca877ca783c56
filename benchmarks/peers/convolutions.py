"""Times PyTorch's convolutions at the sizes that `pdeop benchmark convolutions` takes; medians in milliseconds."""

import argparse
import time

import torch
from torch.nn import functional

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--dimensions", type=int, default=2)
parser.add_argument("--resolution", type=int, default=64)
parser.add_argument("--init-features", type=int, default=32)
parser.add_argument("--batch-size", type=int, default=8)
parser.add_argument("--repeats", type=int, default=9)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
convolve = [functional.conv1d, functional.conv2d, functional.conv3d][options.dimensions - 1]


def median(body):
    body()
    times = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return 1000 * sorted(times)[options.repeats // 2]


print("points  channels  output  both gradients")
for level in range(5):
    points, channels = max(options.resolution >> level, 1), options.init_features << level
    x = torch.rand(options.batch_size, channels, *[points] * options.dimensions, requires_grad=True)
    w = torch.rand(channels, channels, *[3] * options.dimensions, requires_grad=True)
    y = convolve(x, w, padding=1)
    gradient = torch.rand_like(y)

    def output():
        with torch.no_grad():
            convolve(x, w, padding=1)

    def gradients():
        torch.autograd.grad(y, [x, w], gradient, retain_graph=True)

    size = "×".join([str(points)] * options.dimensions)
    print(f"{size:7} {channels:8} {median(output):7.2f} {median(gradients):15.2f}", flush=True)
