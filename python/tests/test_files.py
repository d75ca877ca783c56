"""Run folders and predictions as frames and data sets."""

from __future__ import annotations

import json

import pytest

import pdeop
from conftest import LINE, PLANE, REFERENCE

pandas = pytest.importorskip("pandas", reason="pandas is not installed")
numpy = pytest.importorskip("numpy")
h5py = pytest.importorskip("h5py", reason="h5py is not installed")
xarray = pytest.importorskip("xarray", reason="xarray is not installed")


def test_a_run_is_read_as_frames():
    run = pdeop.read_run(REFERENCE / "earlier-run")
    assert list(run.metrics.columns[:4]) == ["epoch", "loss", "learning_rate", "seconds"]
    assert run.metrics["epoch"].tolist() == list(range(len(run.metrics)))
    assert {"nRMSE", "F_low", "F_middle", "F_high"} <= set(run.metrics)
    lines = (REFERENCE / "earlier-run/layers.jsonl").read_text().splitlines()
    assert len(run.layers) == len(lines)
    assert run.layers["alpha"].iloc[0] == json.loads(lines[0])["alpha"]
    assert run.steps.columns.tolist() == ["epoch", "loss", "step"] or set(run.steps) == {"epoch", "step", "loss"}
    assert run.last.exists()


def test_a_torn_last_line_does_not_count_and_a_damaged_one_is_said(tmp_path):
    (tmp_path / "config.yaml").write_text("")
    lines = '{"epoch":0,"loss":1,"nRMSE":null}\n{"epoch":1,"loss":0.5,"nRMSE":0.1}\n'
    (tmp_path / "metrics.jsonl").write_text(lines + '{"epoch":2,"lo')
    run = pdeop.read_run(tmp_path)
    assert run.metrics["loss"].tolist() == [1, 0.5]
    assert numpy.isnan(run.metrics["nRMSE"][0])
    assert run.steps.empty and run.layers.empty
    (tmp_path / "metrics.jsonl").write_text('{"epoch":0,"lo\n' + lines)
    with pytest.raises(pdeop.DataError, match="line 1 is no JSON object"):
        pdeop.read_run(tmp_path)


def test_numbers_of_a_configuration_are_numbers(trained):
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    config = pdeop.read_run(trained(LINE, learning_rate=1e-5, weight_decay=2.5e-7)).config
    assert config["optimizer"]["learning-rate"] == 1e-5 and config["optimizer"]["weight-decay"] == 2.5e-7


def test_the_best_checkpoint_of_a_run_that_was_not_evaluated_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "config.yaml").write_text("")
    run = pdeop.read_run(tmp_path)
    with pytest.raises(pdeop.DataError, match="best.safetensors is not there.*copy the folder"):
        _ = run.best
    (tmp_path / "checkpoints").mkdir()
    run.last.write_bytes(b"")
    with pytest.raises(pdeop.DataError, match="best.safetensors is not there.*run.last.*pdeop train --resume"):
        _ = run.best
    (tmp_path / "checkpoints/best.safetensors").write_bytes(b"")
    assert run.best.name == "best.safetensors"


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(pdeop.DataError, match="holds no run"):
        pdeop.read_run(tmp_path)
    with pytest.raises(pdeop.DataError, match="is no folder"):
        pdeop.read_run(tmp_path / "none")


def test_predictions_have_coordinates(trained, workspace):
    run = trained(LINE)
    pdeop.run("predict", checkpoint=run / "checkpoints/last.safetensors", data=LINE, test_samples=3, output="p.hdf5")
    data = pdeop.read_predictions("p.hdf5")
    truth = pdeop.read_predictions(LINE)
    assert list(data.data_vars) == ["density", "pressure", "Vx"]
    assert dict(data.sizes) == {"sample": 3, "time": 21, "x": 32}
    assert data["given"].values.sum() == 10
    assert data["sample"].values.tolist() == [0, 1, 2]
    numpy.testing.assert_array_equal(data["x"], truth["x"])
    given = data["given"].values
    numpy.testing.assert_array_equal(data["density"][:, given], truth["density"][:3, given])
    assert data.attrs["eta"] == 0.01


def test_other_layouts_are_read_by_the_command(command, workspace):
    values = numpy.random.default_rng(0).normal(size=(3, 4, 8, 8)).astype("float32")
    numpy.save("u.npy", values)
    with pytest.raises(pdeop.DataError, match="as in --axes n,t,x,y"):
        pdeop.read_predictions("u.npy")
    pdeop.run("import", "u.npy", axes="n,t,x,y", output="u.hdf5", progress=False)
    numpy.testing.assert_array_equal(pdeop.read_predictions("u.hdf5")["u"], values)
    with pytest.raises(pdeop.DataError, match="none.npy is not there"):
        pdeop.read_predictions("none.npy")
    path = REFERENCE / "formats/own_two_fields.h5"
    found = pdeop.read_predictions(path)
    assert set(found.data_vars) == {"u", "v"} and found["u"].dims == ("sample", "time", "x", "y")
    with h5py.File(path) as file:
        for name in ("u", "v"):
            numpy.testing.assert_array_equal(found[name], file[name])
        # PDEBench's coordinates are of single precision.
        for name, stored in (("time", "t"), ("x", "x"), ("y", "y")):
            numpy.testing.assert_allclose(found[name], file[stored], rtol=1e-6)
    (workspace / "text.hdf5").write_text("no file of fields")
    with pytest.raises(pdeop.DataError, match="text.hdf5"):
        pdeop.read_predictions("text.hdf5")


def plane_file(path, **fields):
    """Writes fields of 16 × 12 points, beside their coordinates."""
    with h5py.File(path, "w") as file:
        for name, count in (("x", 16), ("y", 12)):
            file[f"{name}-coordinate"] = ((numpy.arange(count) + 0.5) / count).astype("float32")
        for name, values in fields.items():
            file[name.replace("_", "-")] = values


def test_darcy_flow_is_read_as_frames_of_one_variable(workspace):
    random = numpy.random.default_rng(0)
    nu, tensor = (random.random(shape).astype("float32") for shape in ((3, 16, 12), (3, 1, 16, 12)))
    plane_file("a.hdf5", nu=nu, tensor=tensor)
    plane_file("b.hdf5", nu=nu, tensor=tensor, t_coordinate=numpy.zeros(1, "float32"))
    for name in ("a.hdf5", "b.hdf5"):
        data = pdeop.read_predictions(name)
        assert list(data.data_vars) == ["tensor"] and data["tensor"].dims == ("sample", "time", "x", "y")
        assert data["time"].values.tolist() == [0, 1] and data["frame"].values.tolist() == ["nu", "tensor"]
        numpy.testing.assert_array_equal(data["tensor"][:, 0], nu)
        numpy.testing.assert_array_equal(data["tensor"][:, 1], tensor[:, 0])


def test_incompressible_flow_is_read_by_its_components(workspace):
    random = numpy.random.default_rng(0)
    velocity, particles = (random.random((3, 4, 16, 12, count)).astype("float32") for count in (2, 1))
    times = numpy.tile(numpy.arange(4) / 8, (3, 1))
    plane_file("a.hdf5", velocity=velocity, particles=particles, t=times, force=random.random((3, 16, 12, 2)))
    plane_file("b.hdf5", velocity=velocity, particles=particles, t_coordinate=numpy.arange(5) / 8)
    for name in ("a.hdf5", "b.hdf5"):
        data = pdeop.read_predictions(name)
        assert list(data.data_vars) == ["Vx", "Vy", "particles"] and data["Vx"].dims == ("sample", "time", "x", "y")
        assert data["time"].values.tolist() == times[0].tolist()
        numpy.testing.assert_array_equal(data["Vy"], velocity[..., 1])
        numpy.testing.assert_array_equal(data["particles"], particles[..., 0])


def test_predictions_of_generated_flows_are_read(command, workspace):
    for kind, names, given in (("darcy2d", ["tensor"], 1), ("incompressible2d", ["Vx", "Vy", "particles"], 2)):
        data, run = f"{kind}.hdf5", workspace / kind
        more = {} if kind == "darcy2d" else {"final_time": 0.2, "save_interval": 0.05}
        pdeop.run("generate", kind, samples=6, resolution=16, output=data, progress=False, **more)
        pdeop.run(
            "train", data=data, output=run, recipe="plain", modes=4, width=6, initial_steps=given, epochs=1, batch_size=2,
            test_samples=2, threads=1, progress=False,
        )  # fmt: skip
        pdeop.run("predict", checkpoint=run / "checkpoints/last.safetensors", data=data, output=f"p-{data}", progress=False)
        predicted, truth = pdeop.read_predictions(f"p-{data}"), pdeop.read_predictions(data)
        assert list(predicted.data_vars) == names == list(truth.data_vars)
        assert predicted["given"].values.sum() == given and predicted.sizes["time"] == truth.sizes["time"]
        first = predicted.isel(time=slice(given))[names[0]]
        numpy.testing.assert_array_equal(first, truth[names[0]].sel(sample=first["sample"]).isel(time=slice(given)))


def test_choices_are_passed_to_the_import(command, workspace):
    random = numpy.random.default_rng(0)
    values = random.normal(size=(3, 8, 8, 4)).astype("float32")
    numpy.save("u.npy", values)
    with pytest.raises(pdeop.DataError, match=r"In Python: pdeop.read_predictions\(..., axes="):
        pdeop.read_predictions("u.npy")
    found = pdeop.read_predictions("u.npy", axes="n,x,y,t")["u"]
    numpy.testing.assert_array_equal(found, numpy.moveaxis(values, -1, 1))
    fields = {name: random.normal(size=(3, 8, 8)).astype("float32") for name in ("a", "b", "c")}
    numpy.savez("fields.npz", **fields)
    found = pdeop.read_predictions("fields.npz", axes="n,x,y", variables=["a", "b"], inputs="b")
    assert list(found.data_vars) == ["a"] and found["frame"].values.tolist() == ["b", "a"]
    numpy.testing.assert_array_equal(found["a"][:, 0], fields["b"])


def test_inputs_are_coordinates_beside_the_variables(command, workspace):
    random = numpy.random.default_rng(0)
    fields = {"u": random.normal(size=(5, 4, 8)).astype("float32"), "a": random.normal(size=(5, 8)).astype("float32")}
    with h5py.File("own.h5", "w") as file:
        for name, values in fields.items():
            file[name] = values
        file.attrs["nu"] = 0.25
    found = pdeop.read_predictions("own.h5", axes="n,t,x", variables="u", inputs=["a", "nu"])
    assert list(found.data_vars) == ["u"] and found["a"].dims == ("sample", "x")
    numpy.testing.assert_array_equal(found["a"], fields["a"])
    assert found["nu"].dims == ("sample", "x") and (found["nu"] == 0.25).all()
    assert found["a"].isel(sample=slice(2)).sizes["sample"] == 2 and "a" in found["u"].isel(time=0).coords


def test_fields_that_have_the_name_of_a_coordinate_are_read(command, workspace):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    random = numpy.random.default_rng(0)
    fields = {name: random.normal(size=(6, 8, 12)).astype("float32") for name in ("x", "y")}
    torch.save({name: torch.from_numpy(values) for name, values in fields.items()}, "darcy.pt")
    found = pdeop.read_predictions("darcy.pt", axes="n,x,y")
    assert list(found.data_vars) == ["y_"] and found["y_"].attrs["long_name"] == "y"
    assert found["frame"].values.tolist() == ["x", "y"] and found["y"].dims == ("y",)
    for place, name in enumerate("xy"):
        numpy.testing.assert_array_equal(found["y_"][:, place], fields[name])
    plane_file("b.hdf5", t_coordinate=numpy.arange(4))
    with h5py.File("b.hdf5", "r+") as file:
        for name in ("x", "x_"):
            file[name] = random.random((3, 4, 16, 12))
    found = pdeop.read_predictions("b.hdf5")
    with h5py.File("b.hdf5") as file:
        for key, name in (("x_", "x_"), ("x__", "x")):
            numpy.testing.assert_array_equal(found[key], file[name])


def test_a_folder_is_refused_in_a_sentence(workspace):
    with pytest.raises(pdeop.Error, match="is a folder; name one of its files"):
        pdeop.read_predictions(workspace)


def test_figures_are_drawn(trained, workspace):
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("agg")
    run = pdeop.read_run(REFERENCE / "earlier-run")
    assert len(pdeop.plot.metric(run, run).lines) == 2
    assert pdeop.plot.layers(run, "alpha").lines
    for path in (LINE, PLANE):
        data = pdeop.read_predictions(path)
        pdeop.plot.fields(data, truth=data)
        matplotlib.pyplot.savefig("figure.png")
    with pytest.raises(pdeop.DataError, match="no metric speed"):
        pdeop.plot.metric(run, name="speed")
    matplotlib.pyplot.close("all")
