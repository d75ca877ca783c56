"""Rollouts in PyTorch of models that were trained on every few frames or points."""

from __future__ import annotations

import pytest

import pdeop
from conftest import LINE, PLANE

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
numpy = pytest.importorskip("numpy")
pytest.importorskip("h5py", reason="h5py is not installed")
pytest.importorskip("xarray", reason="xarray is not installed")


def relative(found, expected) -> float:
    return float((found - expected).norm() / expected.norm())


def predicted(checkpoint, data):
    pdeop.run("predict", checkpoint=checkpoint, data=data, output="p.hdf5", test_samples=2, progress=False)
    return pdeop.read_predictions("p.hdf5")


def is_as_predicted(model, data, expected):
    """Whether a rollout from the data's first frames is what the command has predicted."""
    given, count = model.initial_steps, expected.sizes["time"]
    with torch.no_grad():
        found = model.rollout(data.isel(sample=slice(2), time=slice(given)), count - given)
    return relative(found, model.frames(expected)[:, given:]) < 1e-5


CASES = {
    "plain": {"recipe": "plain", "modes": 6},
    "low-data": {"recipe": "low-data"},
}


@pytest.mark.parametrize("case", CASES)
def test_a_stride_in_time_is_asked_for(case, trained, workspace):
    run = trained(LINE, reduced_resolution_t=2, initial_steps=4, **CASES[case])
    checkpoint = run / "checkpoints/last.safetensors"
    model, data, expected = pdeop.torch.load(checkpoint), pdeop.read_predictions(LINE), predicted(checkpoint, LINE)
    with pytest.raises(ValueError, match=r"--reduced-resolution-t 2.*data\.isel\(time=slice\(None, None, 2\)\)"):
        model.rollout(data.isel(sample=slice(2), time=slice(4)), 3)
    with pytest.raises(ValueError, match="0.05 apart in time, and the model was trained on frames 0.1 apart"):
        model.rollout(model.frames(data)[:2, :4], 3, coordinates=[data.x.values], times=data.time.values[:4])
    strided = data.isel(time=slice(None, None, 2))
    assert is_as_predicted(model, strided, expected)
    frames = model.frames(strided)[:2, :4]
    with torch.no_grad():
        found = model.rollout(frames, 3, coordinates=[data.x.values], times=strided.time.values[:4])
    assert relative(found, model.frames(expected)[:, 4:7]) < 1e-5


@pytest.mark.parametrize("case", CASES)
def test_a_stride_in_space_is_asked_for(case, trained, workspace):
    run = trained(LINE, reduced_resolution=2, **CASES[case])
    checkpoint = run / "checkpoints/last.safetensors"
    model, data, expected = pdeop.torch.load(checkpoint), pdeop.read_predictions(LINE), predicted(checkpoint, LINE)
    with pytest.raises(ValueError, match=r"all 32 points.*--reduced-resolution 2.*data\.isel\(x=slice\(None, None, 2\)\)"):
        model.rollout(data.isel(sample=slice(2), time=slice(10)), 3)
    strided = data.isel(x=slice(None, None, 2))
    assert is_as_predicted(model, strided, expected)
    # Another resolution is an experiment that one may want.
    model.stride = 1
    assert model.rollout(data.isel(sample=slice(2), time=slice(10)), 3).shape == (2, 3, 3, 32)


def test_strides_in_both_and_in_the_plane(trained, workspace):
    run = trained(PLANE, reduced_resolution=2, reduced_resolution_t=2, initial_steps=3, modes=4, width=8, test_samples=2)
    checkpoint = run / "checkpoints/last.safetensors"
    model, data, expected = pdeop.torch.load(checkpoint), pdeop.read_predictions(PLANE), predicted(checkpoint, PLANE)
    with pytest.raises(ValueError, match=r"data\.isel\(time="):
        model.rollout(data.isel(time=slice(3)), 1)
    with pytest.raises(ValueError, match=r"data\.isel\(x=slice\(None, None, 2\), y=slice\(None, None, 2\)\)"):
        model.rollout(data.isel(time=slice(None, None, 2)).isel(time=slice(3)), 1)
    # More points of the same distance are as dense as all were.
    wide = numpy.tile(model.frames(data)[:1, :6:2].numpy(), (1, 1, 1, 2, 1))
    spacing = float(data.x[1] - data.x[0])
    lines = [spacing * numpy.arange(count) for count in wide.shape[3:]]
    with pytest.raises(ValueError, match="all 64 x 32 points"):
        model.rollout(wide, 1, coordinates=lines)
    assert is_as_predicted(model, data.isel(time=slice(None, None, 2), x=slice(None, None, 2), y=slice(None, None, 2)), expected)


def test_other_distances_in_time_are_said(trained):
    model = pdeop.torch.load(trained(LINE, recipe="low-data") / "checkpoints/last.safetensors")
    frames, x = torch.rand(1, 10, 3, 32) + 1, numpy.linspace(-1, 1, 32, endpoint=False)
    with pytest.raises(ValueError, match=r"0.1 apart in time, and the model was trained on frames 0.05 apart; give frames"):
        model.rollout(frames, 1, coordinates=[x], times=0.1 * numpy.arange(10))
    # In single precision, and far from zero; and unevenly, where the checkpoint knows a mean alone.
    model.rollout(frames, 1, coordinates=[x], times=(100 + 0.05 * numpy.arange(10)).astype("float32"))
    model.rollout(frames, 1, coordinates=[x], times=0.01 * numpy.arange(10) ** 2)
    model.frame_interval = None
    model.rollout(frames, 1, coordinates=[x], times=0.1 * numpy.arange(10))
