public import Training

extension Notebook {
  /// The notebook of a run: its course, its layers, its predictions and its spectra.
  ///
  /// - Parameters:
  ///   - run: The run's folder.
  ///   - predictions: A file of rollouts in PDEBench's layout, and one of the data that they are of; nil if there is none.
  ///   - path: Where the notebook will be, from which its files are named.
  /// - Throws: If the run's configuration cannot be read.
  public init(
    run: RunFolder, predictions: (file: String, data: String)?, at path: String
  ) throws {
    let configuration = try run.readConfiguration()
    self.init()
    add(
      markdown: """
        # Run \(Self.code(run.path))

        \(configuration.model.name.uppercased()) trained on \(Self.code(configuration.data.path)), every \
        \(configuration.data.reducedBatch)-th training sample, for \(configuration.schedule.epochs) epochs; TempBalance \
        \(configuration.tempbalance.method.rawValue). This notebook reads the files of the run alone: JSON lines, HDF5 and safetensors. \
        It needs `h5py`, `pandas` and `matplotlib`.
        """)
    add(
      code: """
        import json
        from pathlib import Path

        import h5py
        import matplotlib.pyplot as plt
        import numpy as np
        import pandas as pd

        RUN = Path(\(Self.literal(Self.path(of: run.path, from: path))))
        """)
    add(
      markdown: """
        ## Training

        The loss is that of a predicted frame, summed over the unrolled steps. `nRMSE` counts all frames of a rollout, the \
        given ones (error 0) included; `nRMSE_predicted` the predicted frames alone.
        """)
    add(
      code: """
        metrics = pd.read_json(RUN / "metrics.jsonl", lines=True)
        figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
        left.semilogy(metrics["epoch"] + 1, metrics["loss"])
        left.set(xlabel="epoch", ylabel="loss")
        for name in ["nRMSE", "nRMSE_predicted", "validation_nRMSE"]:
            if name in metrics:
                evaluated = metrics.dropna(subset=[name])
                right.semilogy(evaluated["epoch"] + 1, evaluated[name], label=name)
        right.set(xlabel="epoch", ylabel="error")
        right.legend()
        plt.show()
        metrics.dropna(subset=["RMSE"]).tail(1).T.astype(object).fillna("undefined")
        """)
    if configuration.tempbalance.method != .off { addLayers() }
    if let predictions {
      addPredictions(
        predictions: Self.path(of: predictions.file, from: path),
        data: Self.path(of: predictions.data, from: path))
    }
    addSpectra()
  }

  private mutating func addLayers() {
    add(
      markdown: """
        ## Layers

        α is the exponent of a power law fitted to the eigenvalues of WᵀW. A layer with a low α counts as well trained and \
        gets a lower learning rate, one with a high α a higher one.
        """)
    add(
      code: """
        layers = pd.read_json(RUN / "layers.jsonl", lines=True)
        # From the beginning of the first epoch; an epoch may have several analyses.
        steps = pd.read_json(RUN / "steps.jsonl", lines=True)
        layers["time"] = layers["epoch"] + layers["step"] / (steps["step"].max() + 1)
        balanced = layers[layers["balanced"]]
        if balanced.empty:
            balanced = layers
        figure, axes = plt.subplots(1, 3, figsize=(15, 4), layout="constrained")
        for name, group in balanced.groupby("layer"):
            axes[0].plot(group["time"], group["alpha"], label=name)
            axes[1].semilogy(group["time"], group["learning_rate"], label=name)
        spread = balanced.groupby("time")["alpha"].std(ddof=0)
        axes[2].plot(spread.index, spread)
        for axis, label in zip(axes, ["α", "learning rate", "standard deviation of α across layers"]):
            axis.set(xlabel="epoch", ylabel=label)
        axes[0].legend(fontsize="small")
        plt.show()
        """)
  }

  /// Cells that show predictions beside the data.
  mutating func addPredictions(predictions: String, data: String) {
    add(
      markdown: """
        ## Predictions

        Rollouts of the test samples in PDEBench's layout: the first frames are given, the others follow from \
        them alone.
        """)
    add(
      code: """
        # Each variable as [sample, frame, space...], in whichever of PDEBench's layouts it is stored.
        def fields(file, count=None, time=1, space=1):
            def thinned(name, axes):
                strides = (slice(None, None, time), *[slice(None, None, space)] * 3)
                return file[name][(slice(count), *strides[:axes])]

            if "velocity" in file:  # incompressible flow: components are the last axis
                velocity = thinned("velocity", 3)
                return {"Vx": velocity[..., 0], "Vy": velocity[..., 1], "particles": thinned("particles", 3)[..., 0]}
            if "nu" in file:  # Darcy flow: the coefficient is the frame before the pressure
                coefficient = file["nu"][:count, ::space, ::space]
                return {"tensor": np.concatenate([coefficient[:, np.newaxis], thinned("tensor", 3)], axis=1)}
            known = ["density", "pressure", "Vx", "Vy", "Vz", "tensor"]
            names = [name for name in known if name in file]
            names += [name for name in file if name not in known and getattr(file[name], "ndim", 0) > 2]
            return {name: thinned(name, file[name].ndim - 1) for name in names}


        with h5py.File(\(Self.literal(predictions))) as predicted, h5py.File(\(Self.literal(data))) as true:
            given = int(predicted.attrs["initial_steps"])
            space, time = int(predicted.attrs["reduced_resolution"]), int(predicted.attrs["reduced_resolution_t"])
            prediction = fields(predicted)
            variables = list(prediction)
            count, frames = prediction[variables[0]].shape[:2]
            if "initial_steps" in true.attrs:  # written beside the predictions, at their strides
                time = space = 1
            target = {name: field[:, :frames] for name, field in fields(true, count, time, space).items()}

        # Of a single answer there is no growth.
        for name in variables if frames - given > 1 else []:
            axes = tuple(range(2, target[name].ndim))
            error = np.sqrt(np.mean((prediction[name] - target[name]) ** 2, axis=axes))
            size = np.sqrt(np.mean(target[name] ** 2, axis=axes))
            # A zero target that is met has no error; of any other the nRMSE is not defined.
            ratio = np.divide(error, size, out=np.where(error == 0, 0, np.nan), where=size > 0)
            plt.plot(range(frames), np.ma.masked_invalid(ratio).mean(axis=0), marker=".", label=name)
        if frames - given > 1:
            plt.axvline(given - 0.5, color="gray", linestyle=":")
            plt.xlabel("frame")
            plt.ylabel("nRMSE of the test samples")
            plt.legend()
            plt.show()
        """)
    add(
      code: """
        # Truth and prediction share their colors; those of the error are around zero.
        def draw(figure, axis, title, field, truth, error, **options):
            limit = np.abs(error).max()
            colors = dict(cmap="RdBu_r", vmin=-limit, vmax=limit) if title.endswith("error") else dict(vmin=truth.min(), vmax=truth.max())
            image = axis.imshow(field, origin="lower", **colors, **options)
            axis.set_title(title)
            figure.colorbar(image, ax=axis)


        # The middle slice of three axes.
        def plane(field):
            return (field[..., field.shape[-1] // 2] if field.ndim == 3 else field).T


        kinds = ("true", "predicted", "error")
        first = target[variables[0]]
        if frames == 2 and given == 1 and first.ndim > 3:  # one answer to what is given, such as Darcy flow
            shown = min(count, 3)
            columns = len(variables) * 4
            figure, axes = plt.subplots(shown, columns, figsize=(3.5 * columns, 3 * shown), squeeze=False, layout="constrained")
            for row in range(shown):
                for place, name in enumerate(variables):
                    start, truth, answer = (plane(field) for field in (target[name][row, 0], target[name][row, 1], prediction[name][row, 1]))
                    draw(figure, axes[row, 4 * place], f"{name}, given", start, start, answer - truth)
                    for column, (kind, field) in enumerate(zip(kinds, (truth, answer, answer - truth)), 4 * place + 1):
                        draw(figure, axes[row, column], f"{name}, {kind}", field, truth, answer - truth)
        elif first.ndim == 3:  # time and one axis of space
            figure, axes = plt.subplots(len(variables), 3, figsize=(14, 3.5 * len(variables)), squeeze=False, layout="constrained")
            for row, name in enumerate(variables):
                truth, rollout = target[name][0], prediction[name][0]
                for column, (kind, field) in enumerate(zip(kinds, (truth, rollout, rollout - truth))):
                    draw(figure, axes[row, column], f"{name}, {kind}", field, truth, rollout - truth, aspect="auto")
                    axes[row, column].set(xlabel="cell", ylabel="frame")
        else:
            shown = np.unique(np.linspace(given - 1, frames - 1, 5).astype(int))
            for name in variables:
                truth = np.stack([plane(field) for field in target[name][0, shown]])
                rollout = np.stack([plane(field) for field in prediction[name][0, shown]])
                figure, axes = plt.subplots(3, len(shown), figsize=(16, 8), sharex=True, sharey=True, squeeze=False, layout="constrained")
                for row, (kind, fields) in enumerate(zip(kinds, (truth, rollout, rollout - truth))):
                    for column, field in enumerate(fields):
                        draw(figure, axes[row, column], f"frame {shown[column]}, {kind}", field, truth, rollout - truth)
                figure.suptitle(name)
        plt.show()
        """)
  }

  /// Cells that read weights without a library for them.
  private mutating func addSpectra() {
    add(
      markdown: """
        ## Spectra

        The eigenvalues of WᵀW of each layer's weights, one matrix for each kernel position of a convolution. A \
        safetensors file is a length, a JSON header and the numbers.
        """)
    add(
      code: """
        def safetensors(path):
            content = Path(path).read_bytes()
            length = int.from_bytes(content[:8], "little")
            header = json.loads(content[8 : 8 + length])
            kinds = {"F32": np.float32, "F64": np.float64, "I64": np.int64}
            for name, entry in header.items():
                if name != "__metadata__":
                    start, end = (8 + length + offset for offset in entry["data_offsets"])
                    yield name, np.frombuffer(content[start:end], kinds[entry["dtype"]]).reshape(entry["shape"])


        def eigenvalues(weight):
            matrices = np.moveaxis(weight.reshape(*weight.shape[:2], -1), -1, 0)
            scale = 1 if weight.ndim == 2 else 0.5
            return np.sort(scale * np.linalg.svd(matrices, compute_uv=False).ravel() ** 2)


        weights = {name.removesuffix(".weight"): tensor for name, tensor in safetensors(RUN / "checkpoints/best.safetensors")
                   if name.endswith(".weight") and tensor.ndim >= 2}
        columns = 4
        rows = -(-len(weights) // columns)
        figure, axes = plt.subplots(rows, columns, figsize=(14, 3 * rows), squeeze=False, layout="constrained")
        for axis in axes.flat[len(weights):]:
            axis.axis("off")
        for axis, (name, weight) in zip(axes.flat, weights.items()):
            values = eigenvalues(weight)
            values = values[values > 1e-5]
            if len(values):
                axis.hist(np.log10(values), bins=20)
            axis.set(title=f"{name} {weight.shape}", xlabel="log₁₀ λ")
        plt.show()
        """)
  }
}
