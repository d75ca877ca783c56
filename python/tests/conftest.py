"""What the tests share: the command, and small runs that are trained once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))

import pdeop  # noqa: E402

LINE = ROOT / "pde-data/1D_CFD_Rand_Eta0.01_Zeta0.01_periodic_nx32.hdf5"
SHOCK = ROOT / "pde-data/1D_CFD_Shock_Eta1e-08_Zeta1e-08_trans_nx64.hdf5"
PLANE = ROOT / "pde-data/2D_CFD_Rand_M0.1_Eta0.01_Zeta0.01_periodic_nx32.hdf5"
REFERENCE = ROOT / "Tests/Reference"


@pytest.fixture(scope="session")
def command() -> str:
    """The command, where it has been built."""
    try:
        return pdeop.command()
    except pdeop.Error as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def trained(command, tmp_path_factory):
    """Gives the run folder of a short training, trained once for the same choices."""
    folder = tmp_path_factory.mktemp("runs")
    known: dict[tuple, Path] = {}

    def train(data: Path | list[Path], **choices) -> Path:
        key = (str(data), *sorted((name, str(value)) for name, value in choices.items()))
        if key not in known:
            known[key] = folder / f"run{len(known)}"
            choices = {"ratio": 0.1, "epochs": 1, "test_samples": 4} | choices
            pdeop.run("train", data=data, output=known[key], threads=2, progress=False, **choices)
        return known[key]

    return train


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Path:
    """A folder of its own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pytest_report_header() -> list[str]:
    """Says what is compared with what."""
    try:
        return [f"command: {os.path.relpath(pdeop.command())}"]
    except pdeop.Error as error:
        return [f"command: {error}"]
