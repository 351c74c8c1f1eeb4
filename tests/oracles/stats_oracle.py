#!/usr/bin/env python3
"""Compares the statistics of src/bench/stats and troupe::Histogram with SciPy, NumPy, HdrHistogram.

    stats_oracle.py PROGRAM [SEED]

PROGRAM is built from stats_oracle.cpp. Samples are random under the seed, which is printed. Figures
that have one right value are compared to about 12 digits. Figures of a bootstrap are random on both
sides: an end of our interval must lie between two quantiles of the reference's distribution, one
percent of probability about the end wanted, which 10,000 resamples miss less than once in 100,000
cases. Ends with 1 if anything differs, with 2 if it cannot compare.
"""

import argparse
import subprocess
import sys

try:
    import numpy as np
    from hdrh.histogram import HdrHistogram
    from scipy import optimize, stats
except ImportError as missing:
    print(f"stats_oracle: {missing}; install tests/oracles/requirements.txt", file=sys.stderr)
    sys.exit(2)

RESAMPLES = 10_000


class Comparison:
    """Questions to the program, each with a check of its answer."""

    def __init__(self):
        self.questions = []

    def ask(self, question, *groups, check):
        sample = " | ".join(" ".join(repr(float(value)) for value in group) for group in groups)
        self.questions.append((f"{question} : {sample}", check))

    def exact(self, question, *groups, expected):
        def check(got):
            if len(got) != len(expected):
                return f"{len(got)} numbers, expected {len(expected)}"
            if not np.allclose(got, expected, rtol=1e-11, atol=1e-12):
                return f"{got}, expected {[float(value) for value in expected]}"
            return None
        self.ask(question, *groups, check=check)

    def run(self, program):
        lines = "".join(question + "\n" for question, _ in self.questions)
        try:
            answer = subprocess.run([program], input=lines, text=True, capture_output=True,
                                    timeout=300, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"stats_oracle: {error}", file=sys.stderr)
            sys.exit(2)
        got = answer.stdout.splitlines()
        if answer.returncode != 0 or len(got) != len(self.questions):
            print(f"stats_oracle: {program} ended with {answer.returncode} after {len(got)} of "
                  f"{len(self.questions)} answers: {answer.stderr.strip()}", file=sys.stderr)
            sys.exit(2)
        failures = 0
        for (question, check), line in zip(self.questions, got):
            complaint = check([float(number) for number in line.split()])
            if complaint:
                failures += 1
                print(f"{question[:100]}\n    {complaint}")
        print(f"{len(self.questions)} questions, {failures} answered wrongly")
        return failures


def interval_fault(got, value, distribution):
    """What is wrong with [value, low, high, standard error], or None."""
    if not np.isclose(got[0], value, rtol=1e-11):
        return f"value {got[0]}, expected {value}"
    for end, share in ((got[1], 0.025), (got[2], 0.975)):
        low, high = np.quantile(distribution, [share - 0.01, share + 0.01])
        slack = 1e-9 * abs(value)
        if not low - slack <= end <= high + slack:
            return f"end {end} at {share}, expected between {low} and {high}"
    # How far a standard deviation over resamples is off depends on the tails of what is resampled.
    off = np.sqrt((stats.kurtosis(distribution, fisher=False) - 1) / 4 / RESAMPLES)
    error = np.std(distribution, ddof=1)
    if not np.isclose(got[3], error, rtol=6 * np.sqrt(2) * off):
        return f"standard error {got[3]}, expected about {error}"
    return None


def noisy(rng, count, shapes=3):
    """A sample of one of the shapes that times have."""
    kind = rng.integers(shapes)
    if kind == 0:
        return rng.normal(100, 5, count)
    if kind == 1:
        return 50 * rng.lognormal(0, 0.3, count)
    return np.where(rng.random(count) < 0.9, 1, 4) * rng.uniform(10, 12, count)


# --- One right value ---------------------------------------------------------------------------

def summaries(ask, rng):
    for _ in range(100):
        sample = noisy(rng, int(rng.integers(2, 200)))
        ask.exact("mean", sample, expected=[np.mean(sample)])
        ask.exact("sd", sample, expected=[np.std(sample, ddof=1)])
        ask.exact("median", sample, expected=[np.median(sample)])
        ask.exact("mad", sample, expected=[stats.median_abs_deviation(sample)])
        ask.exact("variation", sample, expected=[stats.variation(sample, ddof=1)])
        for q in (0.0, 0.05, 0.25, float(rng.random()), 0.95, 1.0):
            ask.exact(f"quantile {q!r}", sample, expected=[np.quantile(sample, q)])
        first, third = np.quantile(sample, [0.25, 0.75])
        iqr = third - first
        severe_low, severe_high = sample < first - 3 * iqr, sample > third + 3 * iqr
        ask.exact("outliers", sample, expected=[
            severe_low.sum(), ((sample < first - 1.5 * iqr) & ~severe_low).sum(),
            ((sample > third + 1.5 * iqr) & ~severe_high).sum(), severe_high.sum()])


def tests(ask, rng):
    for _ in range(100):
        count = int(rng.integers(1, 60))
        pairs = rng.integers(1, 8, (count, 2))
        larger = int((pairs[:, 1] > pairs[:, 0]).sum())
        smaller = int((pairs[:, 1] < pairs[:, 0]).sum())
        p = stats.binomtest(larger, larger + smaller).pvalue if larger + smaller else 1.0
        ask.exact("sign_test", pairs.ravel(),
                  expected=[larger, smaller, count - larger - smaller, p])

        p_values = rng.random(count) ** 3
        order = np.argsort(p_values)
        stepped = np.maximum.accumulate((count - np.arange(count)) * p_values[order])
        adjusted = np.empty(count)
        adjusted[order] = np.minimum(stepped, 1)
        ask.exact("holm", p_values, expected=adjusted)

        a = rng.integers(0, 20, count)
        b = rng.integers(0, 25, int(rng.integers(1, 60)))
        u = stats.mannwhitneyu(b, a).statistic
        ask.exact("cliffs_delta", a, b, expected=[2 * u / (len(a) * len(b)) - 1])


def variances(ask, rng):
    for _ in range(50):
        groups = [rng.normal(rng.normal(100, 3), 2, int(rng.integers(2, 30)))
                  for _ in range(int(rng.integers(2, 15)))]
        sizes = np.array([len(group) for group in groups])
        total, levels = sizes.sum(), len(groups)
        within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (total - levels)
        # The F of SciPy's one-way analysis is between over within mean square.
        between_mean_square = stats.f_oneway(*groups).statistic * within
        each = (total - (sizes ** 2).sum() / total) / (levels - 1)
        ask.exact("variance", *groups,
                  expected=[within, max(0, (between_mean_square - within) / each)])


def nearest_unimodal(sample):
    """The dip by its definition: linear programs over all curves with one mode, one per mode."""
    x, counts = np.unique(sample, return_counts=True)
    edge = np.cumsum(counts) / len(sample)
    foot = edge - counts / len(sample)
    if len(x) == 1:
        return 0.0

    def with_mode(mode):
        # The unknowns: the curve at each point up to the mode, then again from the mode on, since
        # it may jump there; and the distance, which is made least.
        places = np.concatenate([x[:mode + 1], x[mode:]])
        size = len(places) + 1
        rows, limits = [], []

        def at_most(terms, limit):
            row = np.zeros(size)
            for index, factor in terms:
                row[index] += factor
            rows.append(row)
            limits.append(limit)

        for index in range(len(places)):
            point = index if index <= mode else index - 1
            # Continuous, so near the stair's foot and its edge both; but at the mode left of the
            # jump near the foot, right of it near the edge.
            high = edge[point] if index == mode + 1 else foot[point]
            low = foot[point] if index == mode else edge[point]
            at_most([(index, 1), (size - 1, -1)], high)
            at_most([(index, -1), (size - 1, -1)], -low)
            if index > 0:
                at_most([(index - 1, 1), (index, -1)], 0)
        for a in range(len(places) - 2):
            b, c = a + 1, a + 2
            if a <= mode < c:
                continue  # Across the jump.
            bend = 1 if c <= mode else -1  # Convex, then concave.
            left, right = bend / (places[b] - places[a]), bend / (places[c] - places[b])
            at_most([(b, left + right), (a, -left), (c, -right)], 0)
        cost = np.zeros(size)
        cost[-1] = 1
        return optimize.linprog(cost, A_ub=np.array(rows), b_ub=limits, bounds=(0, 1)).fun

    return min(with_mode(mode) for mode in range(len(x)))


def dips(ask, rng):
    for turn in range(60):
        count = int(rng.integers(1, 20))
        sample = [lambda: rng.random(count), lambda: rng.integers(0, 8, count),
                  lambda: np.concatenate([rng.normal(0, 1, count), rng.normal(6, 1, count)])
                  ][turn % 3]()
        expected = nearest_unimodal(sample)

        def check(got, expected=expected):
            return None if abs(got[0] - expected) < 1e-7 else f"{got[0]}, expected {expected}"
        ask.ask("dip", sample, check=check)


# --- Random on both sides ----------------------------------------------------------------------

def bootstraps(ask, rng):
    statistics = {"mean": np.mean, "median": np.median, "sd": lambda s, axis: s.std(axis, ddof=1),
                  "mad": stats.median_abs_deviation}
    for turn in range(24):
        name = list(statistics)[turn % 4]
        # Without the third shape: of its rare far values a standard error depends on luck.
        sample = noisy(rng, int(rng.integers(15, 100)), shapes=2)
        reference = stats.bootstrap((sample,), statistics[name], n_resamples=RESAMPLES,
                                    method="percentile", vectorized=True, random_state=rng)
        value = statistics[name](sample, axis=0)

        def check(got, value=value, reference=reference):
            return interval_fault(got, value, reference.bootstrap_distribution)
        ask.ask(f"bootstrap_{name} {turn + 1}", sample, check=check)


def slopes(ask, rng):
    for turn in range(10):
        count = int(rng.integers(20, 100))
        x = np.arange(1, count + 1) * int(rng.integers(1, 1_000))
        y = np.round(x * 1_000 * rng.normal(1, 0.05, count))
        slope, residual, _, _ = np.linalg.lstsq(x[:, None].astype(float), y, rcond=None)
        r_squared = 1 - residual[0] / ((y - y.mean()) ** 2).sum()
        drawn = rng.integers(0, count, (RESAMPLES, count))
        distribution = (x[drawn] * y[drawn]).sum(1) / (x[drawn].astype(float) ** 2).sum(1)

        def check(got, slope=slope[0], r_squared=r_squared, distribution=distribution):
            if not np.isclose(got[4], r_squared, rtol=1e-9):
                return f"R squared {got[4]}, expected {r_squared}"
            return interval_fault(got[:4], slope, distribution)
        ask.ask(f"slope {turn + 1}", np.column_stack([x, y]).ravel(), check=check)


def ratios(ask, rng):
    for turn in range(10):
        a = noisy(rng, int(rng.integers(15, 60)))
        b = a * rng.lognormal(0.02, 0.03, len(a))
        logs = np.log(b / a)
        reference = stats.bootstrap((logs,), np.median, n_resamples=RESAMPLES, random_state=rng,
                                    method="percentile")
        distribution = np.exp(reference.bootstrap_distribution)

        def check(got, value=np.exp(np.median(logs)), distribution=distribution):
            return interval_fault(got, value, distribution)
        ask.ask(f"ratio {turn + 1}", np.column_stack([a, b]).ravel(), check=check)


def welch(a, b):
    return stats.ttest_ind(b, a, axis=-1, equal_var=False).statistic


def comparisons(ask, rng):
    for turn in range(10):
        a = noisy(rng, int(rng.integers(20, 60)), shapes=2)
        b = rng.choice(a, int(rng.integers(20, 60))) * rng.normal(1 + 0.01 * turn, 0.02)
        drawn_a = rng.choice(a, (RESAMPLES, len(a)))
        drawn_b = rng.choice(b, (RESAMPLES, len(b)))
        pool = rng.choice(np.concatenate([a, b]), (RESAMPLES, len(a) + len(b)))
        extreme = np.abs(welch(pool[:, :len(a)], pool[:, len(a):])) >= abs(welch(a, b))
        p = (extreme.sum() + 1) / (RESAMPLES + 1)

        def check(got, a=a, b=b, drawn_a=drawn_a, drawn_b=drawn_b, p=p):
            for part, of in ((got[:4], np.mean), (got[4:8], np.median)):
                fault = interval_fault(part, of(b) / of(a) - 1,
                                       of(drawn_b, axis=1) / of(drawn_a, axis=1) - 1)
                if fault:
                    return f"{of.__name__}: {fault}"
            # Two binomial shares, five standard deviations of their difference.
            allowed = 5 * np.sqrt(2 * p * (1 - p) / RESAMPLES) + 2 / RESAMPLES
            return None if abs(got[8] - p) <= allowed else f"p {got[8]}, expected about {p}"
        ask.ask(f"compare {turn + 1}", a, b, check=check)


def nested(ask, rng):
    for turn in range(4):
        levels, each = int(rng.integers(5, 15)), int(rng.integers(5, 30))
        data = rng.normal(rng.normal(100, 3, levels)[:, None], 2, (levels, each))
        chosen = rng.integers(0, levels, (RESAMPLES, levels))
        within = rng.integers(0, each, (RESAMPLES, levels, each))
        drawn = np.take_along_axis(data[chosen], within, axis=2)
        distribution = np.median(np.median(drawn, axis=2), axis=1)

        def check(got, value=np.median(np.median(data, axis=1)), distribution=distribution):
            return interval_fault(got, value, distribution)
        ask.ask(f"nested {turn + 1}", *data, check=check)


# --- The histogram -----------------------------------------------------------------------------

def histograms(ask, rng):
    shares = [0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0]
    for _ in range(20):
        # A multiple of 1,000, so that no share falls between two values: HdrHistogram rounds such
        # a rank to the nearest, ours is rounded up.
        count = 1_000 * int(rng.integers(1, 5))
        values = np.floor(2 ** rng.uniform(0, rng.uniform(4, 40), count)).astype(np.int64)
        reference = HdrHistogram(1, 2 ** 42, 3)
        for value in values:
            reference.record_value(int(value))
        ordered = np.sort(values)
        exact = [int(ordered[max(1, round(q * count)) - 1]) for q in shares]
        theirs = [reference.get_value_at_percentile(100 * q) for q in shares]

        def check(got, exact=exact, theirs=theirs):
            for q, ours, right, hdr in zip(shares, got, exact, theirs):
                if not right <= ours <= right + right // 32 or right < 64 and ours != right:
                    return f"{ours} at {q}, the exact value is {right}"
                # Theirs errs by a thousandth, and to either side at the ends.
                if not hdr / 1.001 - 1 <= ours <= (hdr + 1) * (1 + 1 / 32) * 1.001:
                    return f"{ours} at {q}, HdrHistogram says {hdr}"
            return None
        ask.ask("histogram " + " ".join(map(repr, shares)), values, check=check)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("seed", type=int, nargs="?", default=1)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    rng = np.random.default_rng(options.seed)
    ask = Comparison()
    for questions in (summaries, tests, variances, dips, bootstraps, slopes, ratios, comparisons,
                      nested, histograms):
        questions(ask, rng)
    return 1 if ask.run(options.program) else 0


if __name__ == "__main__":
    sys.exit(main())
