"""Writes student_t.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, df, loc, scale):
    u = (x - loc) / scale
    peak = mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2) - mpmath.log(mpmath.pi * df) / 2
    return peak - mpmath.log(scale) - (df + 1) / 2 * mpmath.log1p(u * u / df)


def cdf(x, df, loc, scale):
    u = (x - loc) / scale
    tail = mpmath.betainc(df / 2, mpf(1) / 2, 0, df / (df + u * u), regularized=True) / 2
    return 1 - tail if u > 0 else tail


def entropy(df, scale):
    half = (df + 1) / 2
    means = half * (mpmath.digamma(half) - mpmath.digamma(df / 2))
    return means + mpmath.log(df) / 2 + mpmath.log(mpmath.beta(df / 2, mpf(1) / 2)) + mpmath.log(scale)


rng = start(20240605)
moderate = [
    [single(v) for v in (rng.normal() * 3, numpy.exp(rng.normal() + 1), rng.normal(), numpy.exp(rng.normal() / 2))]
    for _ in range(10)
]
small = single(1e-2)
extreme = [
    [3, small, 0, 1], [2.0**-60, small, 0, 1], [2.0**60, small, 0, 1], [-(2.0**100), small, 1, 2], [0, small, 0, 2.0**-20],
    [1e6, 1, 0, 1], [1e10, 3, 0, 1], [2.0**80, 0.5, 0, 2.0**20], [1, 1, 1, 3], [1.5, 1e6, 0, 1], [-4, 1e6, 0.5, 2],
    [2, 1e9, 0, 1], [1e3, 1e6, 0, 1], [1e4, 1e6, 0, 1], [30, 2.0**100, 0, 1], [1, 2.0**120, 0, 1], [0.5, 2.0**-20, 0, 1],
    [1e6 + 1, 4, 1e6, 2.0**-10], [2.0**-40, 5, 0, 2.0**-40], [7, 7, 0, 2.0**60], [1, 1, 0, 1], [-1, 4, 0, 0.5],
    [single(1e3), 1e4, 0, 1], [100, 1e4, 0, 1], [0.125, 100, 0, 1],
]
for i, (x, df, loc, scale) in enumerate(moderate + extreme):
    check = stats.t.logpdf(x, df, loc, scale) if i < len(moderate) else None
    emit("log_prob", log_prob, [x, df, loc, scale], None, check)
near = [[0.125, 3, 0, 1], [-0.5, 20, 0, 1], [2, small, 0, 1], [-3, 100, 0, 1], [5, 1, 0, 1], [-(2.0**20), 2, 0, 1], [0.5, 1000, 0, 2]]
for i, (x, df, loc, scale) in enumerate(moderate + near):
    emit("cdf", cdf, [x, df, loc, scale], None, stats.t.cdf(x, df, loc, scale))
for df, scale in [[row[1], row[3]] for row in moderate] + [[small, 1], [1, 2.0**40], [1e6, 2], [2.0**60, 1], [30, 0.5]]:
    emit("entropy", entropy, [df, scale], scipy_value=stats.t.entropy(df, 0, scale) if 0.1 < df < 100 else None)
