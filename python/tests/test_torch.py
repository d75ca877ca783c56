"""Checkpoints in PyTorch, against the reference files and against the command."""

from __future__ import annotations

from shutil import copy2

import pytest

import pdeop
from conftest import LINE, PLANE, REFERENCE, SHOCK

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
h5py = pytest.importorskip("h5py", reason="h5py is not installed")
numpy = pytest.importorskip("numpy")
pytest.importorskip("xarray", reason="xarray is not installed")

MODELS = [f"{kind}{axes}d" for kind in ("fno", "unet", "dpot") for axes in (1, 2, 3)]


def relative(found, expected) -> float:
    return float((found - expected).detach().norm() / expected.norm())


@pytest.mark.parametrize("name", MODELS)
def test_reference_outputs_are_met(name):
    model = pdeop.torch.load(REFERENCE / f"{name}.safetensors")
    with h5py.File(REFERENCE / f"{name}.hdf5") as file:
        window, grid, expected = (torch.from_numpy(file[key][:]) for key in ("input", "grid", "output_eval"))
    with torch.no_grad():
        found = model.model(window, grid.expand(window.shape[0], *grid.shape))
    assert relative(found, expected) < 1e-5


PLAIN = {"recipe": "plain"}
CASES = {
    "fno": (LINE, PLAIN),
    "unscaled": (LINE, PLAIN | {"normalize": "none"}),
    "low-data": (LINE, {"recipe": "low-data"}),
    "galilean alone": (LINE, PLAIN | {"canonical": "galilean", "history": 3}),
    "open": (SHOCK, {"recipe": "low-data"}),
    "increments": (LINE, PLAIN | {"predict": "increment", "history": 1, "conserve": "mass"}),
    "plane": (PLANE, PLAIN | {"modes": 6, "width": 8, "ratio": 0.5}),
    "plane, modes by axis": (PLANE, PLAIN | {"modes": [6, 4], "width": 8, "ratio": 0.5}),
    "plane, low-data": (PLANE, {"recipe": "low-data", "test_samples": 1, "modes": 6, "width": 8}),
    "unet": (LINE, PLAIN | {"model": "unet", "init_features": 4}),
    "periodic unet of any size": (
        LINE, PLAIN | {"model": "unet", "init_features": 4, "padding": "periodic", "pad": True, "reduced_resolution": 2}
    ),
    "unet, low-data": (PLANE, {"model": "unet", "init_features": 2, "recipe": "low-data", "test_samples": 1}),
    "dpot": (LINE, PLAIN | {"model": "dpot", "width": 32, "depth": 1}),
    "plane dpot": (PLANE, {"model": "dpot", "width": 32, "depth": 1, "test_samples": 1, "recipe": "low-data"}),
}  # fmt: skip


def predicted(checkpoint, data, **choices):
    pdeop.run("predict", checkpoint=checkpoint, data=data, output="p.hdf5", test_samples=2, progress=False, **choices)
    return pdeop.read_predictions("p.hdf5")


@pytest.mark.parametrize("case", CASES)
def test_a_rollout_is_what_the_command_predicts(case, trained, workspace):
    data, choices = CASES[case]
    checkpoint = trained(data, **choices) / "checkpoints/last.safetensors"
    expected = predicted(checkpoint, data)
    model = pdeop.torch.load(checkpoint)
    frames, given = model.frames(expected), model.initial_steps
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(given)), frames.shape[1] - given)
    assert relative(found, frames[:, given:]) < 1e-5
    again = model.rollout(
        frames[:, :given].numpy(), 2, coordinates=[expected[axis].values for axis in "xy" if axis in expected.sizes],
        times=expected["time"].values[:given],
    )  # fmt: skip
    assert relative(again, frames[:, given : given + 2]) < 1e-5


@pytest.mark.parametrize("case", ["low-data", "unet", "plane dpot", "open"])
def test_what_is_saved_is_what_was_loaded(case, trained, workspace):
    data, choices = CASES[case]
    checkpoint = trained(data, **choices) / "checkpoints/last.safetensors"
    expected = predicted(checkpoint, data)
    pdeop.torch.save(pdeop.torch.load(checkpoint), "saved.safetensors")
    (workspace / "p.hdf5").unlink()
    found = predicted("saved.safetensors", data)
    for name in expected.data_vars:
        numpy.testing.assert_array_equal(found[name], expected[name])


def test_a_rollout_on_another_grid_and_beyond_the_data(trained, workspace):
    checkpoint = trained(LINE, recipe="low-data") / "checkpoints/last.safetensors"
    model = pdeop.torch.load(checkpoint)
    expected = predicted(checkpoint, LINE, reduced_resolution=1, frames=40)
    frames = model.frames(expected)
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(model.initial_steps)), 40 - model.initial_steps)
    assert relative(found, frames[:, model.initial_steps :]) < 1e-5
    with pytest.raises(ValueError, match="trained on 32 points; give the coordinates"):
        model.rollout(frames[..., ::2], 1)


def test_fields_move_backwards_on_falling_coordinates(trained, workspace):
    copy2(LINE, "falling.hdf5")
    with h5py.File("falling.hdf5", "r+") as file:
        file["x-coordinate"][...] = file["x-coordinate"][:][::-1]
    checkpoint = trained(workspace / "falling.hdf5", recipe="low-data") / "checkpoints/last.safetensors"
    expected = predicted(checkpoint, "falling.hdf5")
    model = pdeop.torch.load(checkpoint)
    frames, given = model.frames(expected), model.initial_steps
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(given)), frames.shape[1] - given)
    assert relative(found, frames[:, given:]) < 1e-5


def test_points_nearer_to_one_open_end_are_not_mirrored(trained, workspace):
    checkpoint = trained(SHOCK, recipe="low-data") / "checkpoints/last.safetensors"
    expected = predicted(checkpoint, SHOCK, reduced_resolution=2)
    model = pdeop.torch.load(checkpoint)
    frames, given = model.frames(expected), model.initial_steps
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(given)), frames.shape[1] - given)
    assert relative(found, frames[:, given:]) < 1e-5


def test_inputs_are_seen(command, trained, workspace):
    rng = numpy.random.default_rng(0)
    with h5py.File("own.h5", "w") as file:
        file["u"] = rng.normal(size=(40, 12, 32)).astype("float32")
        file["a"] = 3 + rng.normal(size=(40, 32)).astype("float32")
    choices = {"variables": "u", "inputs": "a", "initial_steps": 3}
    for kind in ({}, {"model": "dpot", "width": 32, "depth": 1}):
        checkpoint = trained("own.h5", **choices, **kind) / "checkpoints/last.safetensors"
        pdeop.run("predict", checkpoint=checkpoint, data="own.h5", output="p.hdf5", progress=False)
        expected = pdeop.read_predictions("p.hdf5")
        model = pdeop.torch.load(checkpoint)
        frames = model.frames(expected)
        with h5py.File("own.h5") as file:
            inputs = file["a"][:][: frames.shape[0], None]
        with torch.no_grad():
            found = model.rollout(expected.isel(time=slice(3)), 9, inputs=inputs)
        assert relative(found, frames[:, 3:]) < 1e-5
        with pytest.raises(ValueError, match=r'sees 1 fields beside the frames \(a\): .*read_predictions\(..., inputs="a"\)'):
            model.rollout(expected.isel(time=slice(3)), 1)
        truth = pdeop.read_predictions("own.h5", variables="u", inputs="a").sel(sample=expected["sample"])
        with torch.no_grad():
            again = model.rollout(truth.isel(time=slice(3)), 9)
        assert torch.equal(again, found)
        (workspace / "p.hdf5").unlink()


def test_a_variable_that_has_the_name_of_a_coordinate_is_taken_for_itself(trained, workspace):
    with h5py.File("own.h5", "w") as file:
        file["y"] = numpy.random.default_rng(0).normal(size=(24, 6, 16, 12)).astype("float32")
        for name, count in (("t", 6), ("x", 16), ("y", 12)):
            file[f"{name}-coordinate"] = numpy.arange(count) / count
    checkpoint = trained(workspace / "own.h5", recipe="plain", modes=4, width=4, initial_steps=3, test_samples=2)
    checkpoint = checkpoint / "checkpoints/last.safetensors"
    pdeop.run("predict", checkpoint=checkpoint, data="own.h5", output="p.hdf5", progress=False)
    expected = pdeop.read_predictions("p.hdf5")
    model = pdeop.torch.load(checkpoint)
    frames = model.frames(expected)
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(3)), 3)
    assert relative(found, frames[:, 3:]) < 1e-5


def test_training_in_pytorch_goes_back_to_the_command(trained, workspace):
    run = trained(LINE, recipe="low-data")
    model = pdeop.torch.load(run / "checkpoints/last.safetensors").train()
    data = pdeop.read_predictions(LINE).isel(sample=slice(4, 20))
    frames = model.frames(data)
    given = model.initial_steps
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    losses = []
    for _ in range(8):
        found = model.rollout(data.isel(time=slice(given)), 3)
        loss = (found - frames[:, given : given + 3]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        assert all(torch.isfinite(one.grad if not one.is_complex() else torch.view_as_real(one.grad)).all() for one in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    pdeop.torch.save(model.eval(), "tuned.safetensors")
    expected = predicted("tuned.safetensors", LINE)
    with torch.no_grad():
        found = model.rollout(expected.isel(time=slice(given)), 11)
    assert relative(found, model.frames(expected)[:, given:]) < 1e-5
    pdeop.run("train", from_="tuned.safetensors", data=LINE, ratio=0.1, epochs=1, output="on", progress=False)


def test_modules_of_others_are_saved(command, workspace):
    model = pdeop.torch.FNO(1, 6, 8, 10, 3)
    pdeop.torch.save(torch.nn.DataParallel(model), "bare.safetensors")
    torch.save({"model_state_dict": model.state_dict(), "epoch": 3}, "bare.pt")
    for name in ("bare.safetensors", "bare.pt"):
        again = pdeop.torch.load(name)
        assert all(torch.equal(one, other) for one, other in zip(model.state_dict().values(), again.model.state_dict().values()))
        assert pdeop.run("evaluate", checkpoint=name, data=LINE, test_samples=2)["samples"] == 2
    with pytest.raises(ValueError, match="no model that pdeop knows"):
        pdeop.torch.save(torch.nn.Linear(2, 2), "x.safetensors")
    with pytest.raises(ValueError, match="takes a torch.nn.Module"):
        pdeop.torch.save({}, "x.safetensors")
    with pytest.raises(pdeop.DataError, match="cannot be written"):
        pdeop.torch.save(model, "no/folder.safetensors")
    assert not (workspace / "x.safetensors").exists()


def test_bad_files_are_refused(workspace):
    (workspace / "text.safetensors").write_text("no weights at all, but a long text")
    (workspace / "short.safetensors").write_bytes(b"\x02")
    good = (REFERENCE / "fno1d.safetensors").read_bytes()
    (workspace / "cut.safetensors").write_bytes(good[:-100])
    for name in ("none.safetensors", "text.safetensors", "short.safetensors", "cut.safetensors", "."):
        with pytest.raises(pdeop.DataError, match=name.split(".")[0] or "."):
            pdeop.torch.load(name)
    hostile = REFERENCE / "formats/hostile.pt"
    with pytest.raises(pdeop.DataError, match="torch.save"):
        pdeop.torch.load(hostile)
    torch.save(torch.nn.Linear(2, 2).state_dict(), "other.pt")
    with pytest.raises(pdeop.DataError, match="no model that pdeop knows"):
        pdeop.torch.load("other.pt")


def test_bad_frames_are_refused(trained):
    model = pdeop.torch.load(trained(LINE, recipe="plain") / "checkpoints/last.safetensors")
    good, x = torch.ones(1, 10, 3, 32), torch.linspace(0, 1, 32)
    for frames, choices, message in [
        (good[0], {}, r"expected \[samples, time, variables, x\]"),
        (good[:, :, :2], {}, r"expected 3 \(density, pressure, Vx\)"),
        (good[:, :4], {}, "starts from 10"),
        (good, {}, "give coordinates"),
        (good, {"coordinates": [x[:5]]}, "coordinates of"),
        (good, {"coordinates": [x], "times": [0.0]}, "1 times for 10 frames"),
    ]:
        with pytest.raises(ValueError, match=message):
            model.rollout(frames, 1, **choices)
    with pytest.raises(ValueError, match="predicts nothing"):
        model.rollout(good, 0, coordinates=[x])
    assert model(good, coordinates=[x]).shape == (1, 3, 32)
