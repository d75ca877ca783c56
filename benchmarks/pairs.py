"""What the studies' tables have in common: arms compared in pairs of the same training subset and seed.

The result of a comparison is the geometric mean of the ratios of errors, its 95 % interval, and p of a paired t-test of their
logarithms, corrected by Holm's method over all tests of a study.
"""

import csv
import math
import statistics


def incomplete_beta(a, b, x):
    """Regularized, by its continued fraction (Lentz's method), which converges fast for x < (a + 1) / (a + b + 2)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 200):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * fraction


def two_sided(t, freedom):
    """The probability that |T| is at least |t| in Student's distribution."""
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def quantile(freedom):
    """The t that 95 % of Student's distribution lie within, by bisection."""
    low, high = 0.0, 100.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > 0.05 else (low, middle)
    return low


def ratio(arm, base):
    """Geometric mean of the ratios over the seeds that both have, its interval, and p: None for what takes more seeds than there are."""
    logs = [math.log(arm[seed] / base[seed]) for seed in sorted(arm.keys() & base.keys())]
    if len(logs) < 2:
        return (math.exp(logs[0]) if logs else None), None, None
    mean, error = statistics.mean(logs), statistics.stdev(logs) / math.sqrt(len(logs))
    width = quantile(len(logs) - 1) * error
    # Ratios that are all the same have no spread: of arms that do the same, or else of one that is surely better.
    p = two_sided(mean / error, len(logs) - 1) if error > 0 else float(mean == 0)
    return math.exp(mean), (math.exp(mean - width), math.exp(mean + width)), p


def holm(p):
    """Corrected for their number: the smallest times n, the next times n − 1, …, and none below the one before."""
    corrected, least = [0.0] * len(p), 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        least = max(least, min(1.0, p[index] * (len(p) - rank)))
        corrected[index] = least
    return corrected


def read(path):
    """Errors over the predicted frames by data set, number of samples and arm: a dictionary over seeds, and the rates chosen."""
    cells, rates = {}, {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            data = row["dataset"] if row["model"] == "FNO" else f"{row['dataset']}, {row['model']}"
            key = (data, int(row["train_samples"]))
            cells.setdefault(key, {}).setdefault(row["method"], {})[row["seed"]] = float(row["nRMSE_predicted"])
            rates[key, row["method"]] = row["learning_rate"]
    return dict(sorted(cells.items())), rates


def spread(errors):
    """Their mean and sample standard deviation, as the tables have them; of a single one itself."""
    errors = list(errors)
    return f"{statistics.mean(errors):.4f}" + (f" ± {statistics.stdev(errors):.4f}" if len(errors) > 1 else "")


def print_arms(cells, rates, arms):
    """A line for each arm of each cell, in the order given."""
    print("| data, samples | arm | learning rate chosen | nRMSE predicted |\n| --- | --- | --- | --- |")
    for key, found in cells.items():
        for arm in arms:
            if arm in found:
                print(f"| {key[0]}, {key[1]} | {arm} | {float(rates[key, arm]):g} | {spread(found[arm].values())} |")


def print_comparisons(cells, pairs):
    """A line for each pair of arms, the first over the second, in each cell that has both; what too few seeds do not tell is a dash."""
    held = [(key, arm, base) for key, found in cells.items() for arm, base in pairs if arm in found and base in found]
    ratios = [ratio(cells[key][arm], cells[key][base]) for key, arm, base in held]
    tests = [p for *_, p in ratios if p is not None]
    corrected = iter(holm(tests))
    print(f"\n| data, samples | arm | against | ratio (95 % interval) | p (Holm over {len(tests)}) |\n| --- | --- | --- | --- | --- |")
    for (key, arm, base), (middle, interval, p) in zip(held, ratios):
        found = "–" if middle is None else f"{middle:.3f}"
        if interval is not None:
            found += f" ({interval[0]:.3f} to {interval[1]:.3f})"
        print(f"| {key[0]}, {key[1]} | {arm} | {base} | {found} | {'–' if p is None else format(next(corrected), '.2g')} |")
