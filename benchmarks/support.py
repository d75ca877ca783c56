"""What the comparisons with PyTorch have in common: a Python that has it, the built command, a measured process."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


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
        install = [python, "-m", "pip", "install", "--quiet"]
        run(install + ["numpy", "safetensors"])
        try:
            run(install + ["torch==2.13.0+cpu"])
        except subprocess.CalledProcessError:
            say("there is no torch==2.13.0+cpu here; installing torch")
            run(install + ["torch"])
    if packages:
        run([python, "-m", "pip", "install", "--quiet", *packages])
    return python


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
            raise SystemExit(f"{command[0]} ended with exit code {process.returncode}")
        output.seek(0)
        result = json.load(output)
    result.setdefault("peak_memory_bytes", usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return result
