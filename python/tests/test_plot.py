"""Figures of predictions beside the data that they are of."""

from __future__ import annotations

import json

import pytest

import pdeop
from conftest import LINE, PLANE

numpy = pytest.importorskip("numpy")
xarray = pytest.importorskip("xarray", reason="xarray is not installed")
pytest.importorskip("h5py", reason="h5py is not installed")
matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
matplotlib.use("agg")
pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed():
    """Leaves no figure open."""
    yield
    matplotlib.pyplot.close("all")


def test_curves_of_layers_go_on_within_an_epoch(trained, workspace, monkeypatch):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run = trained(
        LINE, epochs=2, batch_size=4, tempbalance="sigmoid", tempbalance_min_eigenvalues=1, tempbalance_interval=2,
        tempbalance_interval_unit="steps",
    )  # fmt: skip
    times = len(pdeop.read_run(run).layers[["epoch", "step"]].drop_duplicates())
    assert times > 4
    pdeop.run("export", "notebook", run, output="run.ipynb", no_predictions=True, progress=False)
    cells = ["".join(cell["source"]) for cell in json.loads((workspace / "run.ipynb").read_text(encoding="utf-8"))["cells"]]
    names = {"pd": pandas, "plt": matplotlib.pyplot, "RUN": run}
    monkeypatch.setattr(matplotlib.pyplot, "show", lambda: None)
    exec(next(cell for cell in cells if "layers.jsonl" in cell), names)
    axes = [*names["axes"], pdeop.plot.layers(run, "alpha")]
    for line in (line for one in axes for line in one.lines):
        assert len(line.get_xdata()) == times
        assert (numpy.diff(line.get_xdata()) > 0).all()
    assert [line.get_xdata()[0] for line in axes[2].lines] == [0]


def test_the_truth_is_drawn_at_the_same_times_and_points():
    truth = pdeop.read_predictions(LINE)
    # As predictions of every second frame and point from the third frame on, written in single precision.
    data = truth.isel(sample=slice(3, 5), time=slice(2, None, 2), x=slice(1, None, 2))
    data = data.assign_coords(time=data.time.astype("float32"), x=data.x.astype("float32"))
    lines = pdeop.plot.fields(data, "density", sample=1, truth=truth).lines
    assert len(lines) == 8
    for solid, dashed in zip(lines[::2], lines[1::2]):
        numpy.testing.assert_array_equal(solid.get_ydata(), dashed.get_ydata())


def test_the_truth_is_drawn_at_the_same_times_and_points_of_a_plane():
    truth = pdeop.read_predictions(PLANE)
    data = truth.isel(time=slice(1, None, 3), x=slice(None, None, 2), y=slice(None, None, 4))
    axes = pdeop.plot.fields(data, "density", frames=[0, -1], truth=truth.transpose(..., "time", "sample"))
    assert axes.shape == (2, 2)
    for above, below in zip(*axes):
        assert above.get_title() == below.get_title()
        numpy.testing.assert_array_equal(above.images[0].get_array(), below.images[0].get_array())


def test_a_truth_of_other_times_or_points_is_refused():
    truth = pdeop.read_predictions(LINE)
    for data, message in [
        (truth.assign_coords(time=truth.time + 0.02), "nothing at t = 0.02"),
        (truth.assign_coords(time=truth.time + 0.5), "nothing at t = 1.15.*choose other frames"),
        (truth.assign_coords(x=truth.x + 0.01), "nothing at x = -0.95875"),
        (truth.assign_coords(sample=truth.sample + 1000), "no sample 1000"),
        (truth.rename(density="mass"), "no variable mass"),
    ]:
        with pytest.raises(ValueError, match=message) as caught:
            pdeop.plot.fields(data, truth=truth)
        assert isinstance(caught.value, pdeop.DataError)
    # What is beyond the truth can be left out.
    late = truth.isel(sample=[0]).assign_coords(time=truth.time + 0.5)
    assert len(pdeop.plot.fields(late, truth=truth, frames=[0, 5]).lines) == 4
