"""The errors that PDEBench reports of a prediction, in PyTorch, from their definitions.

Fields are [sample, points..., time, variable]. Every measure is a mean over samples, but for the largest error of all
of them; the root of the conserved error and of the spectrum's is taken after that mean.
"""

import torch

BANDS = ((0, 4), (4, 12), (12, None))


def metrics(prediction, target):
    """Each measure [variable, time], the error in Fourier space [variable, band, time], by name."""
    fields = [field.double().movedim((-1, -2), (0, 1)) for field in (prediction, target)]
    wanted = fields[1].flatten(3)
    error = fields[0] - fields[1]
    flat = error.flatten(3)
    points = flat.shape[-1]
    root = flat.square().mean(-1).sqrt()
    return {
        "RMSE": root.mean(-1),
        "nRMSE": (root / wanted.square().mean(-1).sqrt()).mean(-1),
        "CSV": flat.sum(-1).square().mean(-1).sqrt() / points,
        "Max": flat.abs().amax((-1, -2)),
        "BD": sides(error).square().mean(-1).sqrt().mean(-1),
        "F": torch.stack([shells(error)[..., low:high].mean(-1) for low, high in BANDS], 1),
    }


def sides(error):
    """The first and last layers across each axis, [variable, time, sample, point]."""
    axes = range(3, error.dim())
    return torch.cat([error.select(axis, end).reshape(*error.shape[:3], -1) for axis in axes for end in (0, -1)], -1)


def shells(error):
    """The root of the energy in each shell of wavenumbers over the number of points, [variable, time, shell]."""
    shape = error.shape[3:]
    energy = torch.fft.fftn(error, dim=tuple(range(3, error.dim()))).abs().square().mean(2)
    if len(shape) == 1:
        summed = energy[..., : shape[0] // 2 + 1]
    else:
        # A quarter (or an eighth) of the spectrum, as PDEBench takes it.
        energy = energy[(...,) + tuple(slice(extent // 2) for extent in shape)]
        square = sum(index.square() for index in torch.meshgrid(*map(torch.arange, energy.shape[2:]), indexing="ij"))
        shell = square.sqrt().floor().long().flatten()
        kept = shell < min(shape) // 2
        summed = energy.new_zeros(*energy.shape[:2], min(shape) // 2)
        summed.index_add_(-1, shell[kept], energy.flatten(2)[..., kept])
    return summed.sqrt() / shape.numel()
