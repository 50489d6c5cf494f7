"""Writes laplace.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, loc, scale):
    return -abs(x - loc) / scale - mpmath.log(2 * scale)


def cdf(x, loc, scale):
    tail = mpmath.exp(-abs(x - loc) / scale) / 2
    return 1 - tail if x > loc else tail


def kl(m0, b0, m1, b1):
    d = abs(m0 - m1)
    return d / b1 + b0 / b1 * mpmath.exp(-d / b0) - 1 - mpmath.log(b0 / b1)


rng = start(20240502)
moderate = [[single(v) for v in (rng.normal() * 2, rng.normal(), numpy.exp(rng.normal() / 2))] for _ in range(8)]
extreme = [[1e6, 0, 2**-10], [0, 0, 2.0**60], [-30, 30, 1], [40, 40, 2.0**-60]]
for i, (x, loc, scale) in enumerate(moderate + extreme):
    check = i < len(moderate)
    by = [0, 1, 2] if x != loc else [2]  # there is a kink
    emit("log_prob", log_prob, [x, loc, scale], by, stats.laplace.logpdf(x, loc, scale) if check else None)
    emit("entropy", lambda b: 1 + mpmath.log(2 * b), [scale], scipy_value=stats.laplace.entropy(loc, scale))
    emit("cdf", cdf, [x, loc, scale], by, stats.laplace.cdf(x, loc, scale) if check else None)
pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
far = [[0, 2.0**-20, 0, 1], [50, 1, -50, 1], [0, 1, 0, 2.0**-10], [3, 2, 3, 2], [2.0**-20, 1, 0, 1]]
for i, args in enumerate(pairs + far):
    m0, b0, m1, b1 = map(mpf, args)
    definition = None
    if i < len(pairs):
        log_q = lambda x: log_prob(x, m0, b0)
        points = sorted([m0 + k * b0 for k in (-80, -20, -5, 0, 5, 20, 80)] + [m1])
        definition = expectation(log_q, lambda x: log_q(x) - log_prob(x, m1, b1), points)
    emit("kl", kl, args, by=[0, 1, 2, 3] if m0 != m1 else [1, 3], definition=definition)
# Neighbours, by the logarithm, so that small divergences and their derivatives are compared in relation to their size.
near = [[0.25, 1, 0.25 + 2.0**-k, 1] for k in (0, 1, 4, 12, 20)] + [[0, 1, 0, 1 + 2.0**-k] for k in (1, 12, 20)]
near += [[3, 2, 3 + 2.0**-12, 2 - 2.0**-13], [-1, 2.0**-10, -1, 2.0**-10 + 2.0**-30], [0, 1, 0.6875, 1], [0, 1, -0.703125, 1]]
for args in near:
    by = [i for i in range(4) if i % 2 or args[0] != args[2]]
    emit("log_kl", lambda *x: mpmath.log(kl(*x)), args, by)
