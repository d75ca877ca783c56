extension Notebook {
  /// The notebook of a benchmark: its table, its errors against the ratio, its training curves, one run's predictions.
  ///
  /// - Parameters:
  ///   - folder: The benchmark's folder.
  ///   - database: The benchmark's SQLite file of results.
  ///   - predictions: A file of rollouts in PDEBench's layout, and one of the data that they are of; nil if there is none.
  ///   - path: Where the notebook will be, from which its files are named.
  public init(
    benchmark folder: String, database: String, predictions: (file: String, data: String)?, at path: String
  ) {
    self.init()
    add(
      markdown: """
        # Benchmark \(Self.code(folder))

        nRMSE at several ratios of training samples. Each row of the table `runs` is one training run; `chosen` marks those at \
        the point of the grid that is best on the validation samples. This notebook reads SQLite, JSON lines and HDF5 and \
        needs `h5py`, `pandas` and `matplotlib`.
        """)
    add(
      code: """
        import sqlite3
        from pathlib import Path

        import h5py
        import matplotlib.pyplot as plt
        import numpy as np
        import pandas as pd

        FOLDER = Path(\(Self.literal(Self.path(of: folder, from: path))))
        DATABASE = \(Self.literal(Self.path(of: database, from: path)))
        with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as connection:
            runs = pd.read_sql("select * from runs where chosen and status = 'finished'", connection)
        keys = ["dataset", "model", "train_samples", "ratio", "method"]
        runs["is_baseline"] = runs["method"] == runs["baseline"]
        table = runs.groupby(keys + ["is_baseline"])[["nRMSE", "nRMSE_predicted", "alpha_std"]].agg(["mean", "std", "count"])
        table.astype(object).fillna("–")
        """)
    add(
      markdown: """
        ## Against the ratio

        Mean and sample standard deviation over seeds of the nRMSE over all frames, and how much lower it is than the \
        baseline's: of the means (line) and of each seed (dots). The baseline is dashed.
        """)
    add(
      code: """
        def label_ratios(axis, ratios):
            ratios = sorted(set(ratios))
            axis.set(xscale="log")
            axis.set_xticks(ratios, [f"{ratio:g}" for ratio in ratios])
            axis.xaxis.set_minor_locator(plt.NullLocator())

        panels = list(runs.groupby(["model", "dataset"]))
        figure, axes = plt.subplots(2, len(panels), figsize=(6 * len(panels), 8), squeeze=False, layout="constrained")
        for column, ((model, dataset), group) in enumerate(panels):
            top, bottom = axes[0, column], axes[1, column]
            base = group[group["is_baseline"]]
            for method, own in group.groupby("method", sort=False):
                errors = own.groupby("ratio")["nRMSE"].agg(["mean", "std"])
                style = "--" if own["is_baseline"].all() else "-"
                top.errorbar(errors.index, errors["mean"], errors["std"], linestyle=style, marker="o", capsize=3, label=method)
                # Of the same seeds on both sides.
                pairs = own.merge(base, on=["ratio", "seed"], suffixes=("", "_base"))
                means = pairs.groupby("ratio")[["nRMSE", "nRMSE_base"]].mean()
                line, = bottom.plot(means.index, 100 * (1 - means["nRMSE"] / means["nRMSE_base"]), linestyle=style, marker="o")
                if not own["is_baseline"].all():
                    bottom.plot(pairs["ratio"], 100 * (1 - pairs["nRMSE"] / pairs["nRMSE_base"]), ".", color=line.get_color(), alpha=0.6)
            top.set(title=f"{model}, {dataset}", ylabel="nRMSE (all frames)", yscale="log")
            bottom.set(xlabel="part of the training samples", ylabel="improvement in %")
            for axis in (top, bottom):
                label_ratios(axis, group["ratio"])
            top.legend()
        plt.show()
        """)
    add(
      markdown: """
        ## How unevenly layers are trained

        The standard deviation of α across the linear layers and convolutions after the last epoch.
        """)
    add(
      code: """
        if runs["alpha_std"].isna().all():
            print("No run has recorded α.")
        else:
            for (model, dataset, method), own in runs.dropna(subset=["alpha_std"]).groupby(["model", "dataset", "method"], sort=False):
                spread = own.groupby("ratio")["alpha_std"].agg(["mean", "std"])
                style = "--" if own["is_baseline"].all() else "-"
                plt.errorbar(spread.index, spread["mean"], spread["std"], linestyle=style, marker="o", capsize=3, label=f"{model}, {dataset}, {method}")
            label_ratios(plt.gca(), runs["ratio"])
            plt.xlabel("part of the training samples")
            plt.ylabel("standard deviation of α")
            plt.legend()
            plt.show()
        """)
    add(markdown: "## Training curves\n\nnRMSE of the test samples over the epochs, a line a seed.")
    add(
      code: """
        cells = list(runs.groupby(["model", "dataset", "train_samples"]))
        columns = 3
        rows = -(-len(cells) // columns)
        figure, axes = plt.subplots(rows, columns, figsize=(15, 4 * rows), squeeze=False, layout="constrained")
        for axis in axes.flat[len(cells):]:
            axis.axis("off")
        for axis, ((model, dataset, samples), group) in zip(axes.flat, cells):
            for number, (method, own) in enumerate(group.groupby("method", sort=False)):
                for seed, run in enumerate(own["run"]):
                    epochs = pd.read_json(FOLDER / "runs" / run / "metrics.jsonl", lines=True).dropna(subset=["nRMSE"])
                    axis.semilogy(epochs["epoch"] + 1, epochs["nRMSE"], color=f"C{number}",
                                  linestyle="--" if own["is_baseline"].all() else "-", label=method if seed == 0 else None)
            axis.set(title=f"{model}, {dataset}, {samples} samples", xlabel="epoch", ylabel="nRMSE")
            axis.legend()
        plt.show()
        """)
    if let predictions {
      addPredictions(
        predictions: Self.path(of: predictions.file, from: path),
        data: Self.path(of: predictions.data, from: path))
    }
  }
}
