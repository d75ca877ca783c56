"""What the comparisons with PyTorch have in common: a Python that has it, the built command, a measured process."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# The build of PyTorch for CPUs. On Linux what PyPI has under that name is the one for CUDA, which fills gigabytes, and whose libraries
# count in a process's memory.
TORCH = "torch==2.13.0+cpu"


class Failure(SystemExit):
    """A process that failed; where nobody catches it, this one ends with its message."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **arguments):
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr, **arguments)


def peer_python(*packages):
    """A Python that has PyTorch, NumPy and safetensors, and the given packages too."""
    chosen = os.environ.get("PEER_PYTHON")
    if chosen:
        return Path(chosen)
    python = HERE / ".venv" / "bin" / "python"
    if not python.exists():
        say(f"making a virtual environment in {HERE / '.venv'}")
        run([sys.executable, "-m", "venv", HERE / ".venv"])
    has_all = subprocess.run([str(python), "-c", "import torch, numpy, safetensors"], stderr=subprocess.DEVNULL)
    if has_all.returncode != 0:
        run([python, "-m", "pip", "install", "--quiet", "numpy", "safetensors"])
        install_torch(python)
    if packages:
        run([python, "-m", "pip", "install", "--quiet", *packages])
    return python


def install_torch(python):
    """Installs PyTorch for CPUs: from where pip looks anyway, or from the index of such builds that TORCH_INDEX names."""
    install = [python, "-m", "pip", "install", "--quiet"]
    index = os.environ.get("TORCH_INDEX")
    for further in [[]] + ([["--extra-index-url", index]] if index else []):
        try:
            return run(install + further + [TORCH])
        except subprocess.CalledProcessError:
            say(f"pip has no {TORCH} {'in ' + index if further else 'where it looks'}")
    say("installing the torch that pip has, which may be the build for CUDA; TORCH_INDEX may name an index of builds for CPUs")
    run(install + ["torch"])


def keep_to(count):
    """Keeps this process, and those that it starts, to as many cores: one thread of a core before a second one of any."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = {}
    for cpu in sorted(os.sched_getaffinity(0)):
        try:
            core = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text()
        except OSError:
            core = str(cpu)
        cores.setdefault(core, []).append(cpu)
    order = sorted((place, cpu) for threads in cores.values() for place, cpu in enumerate(threads))
    os.sched_setaffinity(0, {cpu for _, cpu in order[:count]})


def built_pdeop():
    run(["swift", "build", "-c", "release", "--product", "pdeop"], cwd=ROOT)
    path = subprocess.run(
        ["swift", "build", "-c", "release", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return Path(path.stdout.strip()) / "pdeop"


def measured(command):
    """The JSON that the command prints, and, where that does not say it, the most memory that its process had in use."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([str(part) for part in command], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Failure(f"{command[0]} ended with exit code {process.returncode}")
        output.seek(0)
        result = json.load(output)
    result.setdefault("peak_memory_bytes", usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return result
