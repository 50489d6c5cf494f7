"""Writes gamma.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, a, b):
    return a * mpmath.log(b) + (a - 1) * mpmath.log(x) - b * x - mpmath.loggamma(a)


def entropy(a, b):
    return a - mpmath.log(b) + mpmath.loggamma(a) + (1 - a) * mpmath.digamma(a)


def cdf(x, a, b):
    return mpmath.gammainc(a, 0, b * x, regularized=True)


def kl(a0, b0, a1, b1):
    log_gammas = mpmath.loggamma(a1) - mpmath.loggamma(a0)
    return (a0 - a1) * mpmath.digamma(a0) + log_gammas + a1 * mpmath.log(b0 / b1) + a0 * (b1 - b0) / b0


rng = start(20240602)
draw = lambda a, b: [single(rng.gamma(a) / b), single(a), single(b)]
moderate = [draw(numpy.exp(rng.normal()), numpy.exp(rng.normal())) for _ in range(10)]
# Around the mode of narrow densities, by draws, and beside it.
large = [draw(10.0**k, 10.0**m) for k in (2, 4, 6, 6, 7) for m in (0, -3, 2.3)]
extreme = [
    [2.0**-60, 0.5, 1], [2.0**-100, 0.5, 3], [2.0**-120, 2.0**-10, 2.0**-20], [1, 1, 1], [2.0**-20, 1 + 2.0**-20, 1],
    [30, 1, 2], [300, 0.25, 1], [0.5, 100, 1], [1e6, single(1e6), 1], [single(1.01e6), 1e6, 1], [single(9e5), 1e6, 1],
    [1e3, 1e6, 1e3], [2.0**-30, 2.0**-30, 2.0**-30], [1, 2.0**-60, 1], [2.0**-50, 1e3, 2.0**60], [2, 1e6, single(1e-3)],
    [single(1e-3), single(1e-3), single(1e-3)], [5, single(1e-3), 1e4], [2.0**40, 3, 2.0**-40], [1e9, 1e6, single(1e-3)],
]
for i, (x, a, b) in enumerate(moderate + large + extreme):
    check = stats.gamma.logpdf(x, a, scale=1 / b) if i < len(moderate) else None
    emit("log_prob", log_prob, [x, a, b], None, check)
for i, (x, a, b) in enumerate(moderate + large[:6]):
    emit("cdf", cdf, [x, a, b], None, stats.gamma.cdf(x, a, scale=1 / b))
for x, a, b in [[single(1e-3), 0.5, 1], [2.0**-60, single(1e-3), 3], [30, 1, 2], [50, 100, 1]]:
    emit("cdf", cdf, [x, a, b])
for a, b in [row[1:] for row in moderate + large] + [[2.0**-30, 2], [single(1e-3), 1], [1, 2.0**60], [2.0**60, 1]]:
    emit("entropy", entropy, [a, b], scipy_value=stats.gamma.entropy(a, scale=1 / b) if 0.01 < a < 100 else None)
pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
far = [
    [1e6, 1, single(1e6 + 1e3), 1], [1e6, 1, 1e6, single(1.001)], [single(1.5e6), 3, 1e6, 2], [1e6, single(1e-3), 10, 1],
    [single(1e-3), 1, 1, 1], [1, 1, single(1e-3), 1], [2, 3, 2, 3], [2.0**-20, 1, 2.0**-10, 4], [5, 2.0**20, 5, 1],
    [3, 1, 3, 1 + 2.0**-20], [1e6, single(1e4), single(1.002e6), single(1.001e4)], [0.5, 2.0**-20, 0.25, 2.0**-20],
]
for i, (a0, b0, a1, b1) in enumerate(pairs + far):
    definition = None
    if i < len(pairs):
        log_q = lambda x: log_prob(x, mpf(a0), mpf(b0))
        points = [0] + [mpf(a0) / b0 * mpf(2) ** k for k in range(-40, 6)] + [mpf(a0 + 100) / b0 * 3]
        points = sorted(points)
        definition = expectation(log_q, lambda x: log_q(x) - log_prob(x, mpf(a1), mpf(b1)), points)
    emit("kl", kl, [a0, b0, a1, b1], definition=definition)
