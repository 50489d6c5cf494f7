"""Writes log_normal.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, loc, scale):
    log = mpmath.log(x)
    return -((log - loc) / scale) ** 2 / 2 - log - mpmath.log(scale) - mpmath.log(2 * mpmath.pi) / 2


def kl(m0, s0, m1, s1):
    return (s0**2 / s1**2 + ((m0 - m1) / s1) ** 2 - 1 - mpmath.log(s0**2 / s1**2)) / 2


rng = start(20261128)
moderate = [[single(numpy.exp(rng.normal())), single(rng.normal()), single(numpy.exp(rng.normal() / 2))] for _ in range(8)]
extreme = [[1e6, 13.8125, 2.0**-7], [2.0**-100, -60, 4], [2.0**100, 0, 30], [1, 0, 2.0**-10], [1 + 2.0**-20, 2.0**-20, 2.0**-10]]
for i, (x, loc, scale) in enumerate(moderate + extreme):
    check = i < len(moderate)
    emit("log_prob", log_prob, [x, loc, scale],
         scipy_value=stats.lognorm.logpdf(x, scale, scale=numpy.exp(loc)) if check else None)
    emit("cdf", lambda x, m, s: mpmath.erfc((m - mpmath.log(x)) / s / mpmath.sqrt(2)) / 2, [x, loc, scale],
         scipy_value=stats.lognorm.cdf(x, scale, scale=numpy.exp(loc)) if check else None)
    emit("entropy", lambda m, s: m + mpmath.log(s) + mpmath.log(2 * mpmath.pi * mpmath.e) / 2, [loc, scale],
         scipy_value=stats.lognorm.entropy(scale, scale=numpy.exp(loc)) if check else None)
    if check:
        emit("mean", lambda m, s: mpmath.exp(m + s**2 / 2), [loc, scale], scipy_value=stats.lognorm.mean(scale, scale=numpy.exp(loc)))
        emit("variance", lambda m, s: mpmath.expm1(s**2) * mpmath.exp(2 * m + s**2), [loc, scale],
             scipy_value=stats.lognorm.var(scale, scale=numpy.exp(loc)))
        emit("mode", lambda m, s: mpmath.exp(m - s**2), [loc, scale])
for i in range(7):
    m0, s0, m1, s1 = map(mpf, moderate[i][1:] + moderate[i + 1][1:])
    q = lambda x: log_prob(x, m0, s0)
    points = [mpmath.exp(m0 + k * s0) for k in (-20, -10, -5, 0, 5, 10, 20)]
    emit("kl", kl, moderate[i][1:] + moderate[i + 1][1:],
         definition=expectation(q, lambda x: q(x) - log_prob(x, m1, s1), points))
