"""`pdeop convert`: weights that PyTorch's load_state_dict takes as they are."""

from __future__ import annotations

import pytest

import pdeop
from conftest import LINE, REFERENCE

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
h5py = pytest.importorskip("h5py", reason="h5py is not installed")


def pdebench_module(name):
    """The module that PDEBench, or DPOT's code, makes for a reference file: by its parameters."""
    model = pdeop.torch.load(REFERENCE / f"{name}.safetensors").model
    if name == "fno3d":
        # PDEBench makes these layers and leaves them out of its predictions.
        for block in range(4):
            model.register_module(f"bn{block}", torch.nn.BatchNorm3d(model.width))
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("name", [f"{kind}{axes}d" for kind in ("fno", "unet", "dpot") for axes in (1, 2, 3)])
def test_modules_take_what_is_converted(name, suffix, command, workspace):
    pdeop.run("convert", REFERENCE / f"{name}.safetensors", to="pytorch", output=f"w{suffix}")
    if suffix == ".pt":
        state = torch.load(f"w{suffix}", weights_only=True)
    else:
        state = pytest.importorskip("safetensors.torch", reason="safetensors is not installed").load_file(f"w{suffix}")
    assert any(tensor.is_complex() for tensor in state.values()) == name.startswith("fno")
    module = pdebench_module(name)
    module.load_state_dict(state)
    module.eval()
    with h5py.File(REFERENCE / f"{name}.hdf5") as file:
        window, grid, expected = (torch.from_numpy(file[key][:]) for key in ("input", "grid", "output_eval"))
    with torch.no_grad():
        found = module(window, grid.expand(window.shape[0], *grid.shape))
    assert float((found - expected).norm() / expected.norm()) < 1e-5


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_what_was_converted_is_a_checkpoint_here_and_there(suffix, trained, workspace):
    best = trained(LINE, recipe="low-data") / "checkpoints/last.safetensors"
    pdeop.run("convert", best, to="pytorch", output=f"w{suffix}")
    if suffix == ".pt":
        # The file has the weights and no room for anything else.
        assert torch.load("w.pt", weights_only=True).keys() >= pdeop.torch.load(best).model.state_dict().keys()
        return
    one, other = pdeop.torch.load(best), pdeop.torch.load(f"w{suffix}")
    assert one.metadata == other.metadata
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values()))
    assert pdeop.run("evaluate", checkpoint=f"w{suffix}", data=LINE, test_samples=2)["samples"] == 2
