"""Writes logistic.csv: see common.py."""

from common import emit, mp, mpmath, numpy, single, start
from scipy import stats

mp.dps = 120  # 1 − σ(−100) must not be lost


def log_prob(x, loc, scale):
    u = abs(x - loc) / scale
    return -u - 2 * mpmath.log1p(mpmath.exp(-u)) - mpmath.log(scale)


def cdf(x, loc, scale):
    return 1 / (1 + mpmath.exp((loc - x) / scale))


rng = start(20240621)
moderate = [[single(v) for v in (rng.normal() * 2, rng.normal(), numpy.exp(rng.normal() / 2))] for _ in range(8)]
extreme = [[1e6, 0, 2**-10], [0, 0, 2.0**60], [-30, 30, 1], [40, 40, 2.0**-60], [100, 0, 1], [2.0**-20, 0, 1], [1, 1, 1]]
for i, (x, loc, scale) in enumerate(moderate + extreme):
    check = i < len(moderate)
    emit("log_prob", log_prob, [x, loc, scale], scipy_value=stats.logistic.logpdf(x, loc, scale) if check else None)
    emit("entropy", lambda s: 2 + mpmath.log(s), [scale], scipy_value=stats.logistic.entropy(loc, scale))
    emit("cdf", cdf, [x, loc, scale], scipy_value=stats.logistic.cdf(x, loc, scale) if check else None)
