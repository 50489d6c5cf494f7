"""Writes beta.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_beta(a, b):
    return mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)


def log_prob(x, a, b):
    return (a - 1) * mpmath.log(x) + (b - 1) * mpmath.log(1 - x) - log_beta(a, b)


def entropy(a, b):
    ends = (a - 1) * mpmath.digamma(a) + (b - 1) * mpmath.digamma(b)
    return log_beta(a, b) - ends + (a + b - 2) * mpmath.digamma(a + b)


def cdf(x, a, b):
    return mpmath.betainc(a, b, 0, x, regularized=True)


def kl(a0, b0, a1, b1):
    ends = (a0 - a1) * mpmath.digamma(a0) + (b0 - b1) * mpmath.digamma(b0)
    return log_beta(a1, b1) - log_beta(a0, b0) + ends + (a1 + b1 - a0 - b0) * mpmath.digamma(a0 + b0)


rng = start(20240603)
draw = lambda a, b: [single(rng.beta(a, b)), single(a), single(b)]
moderate = [draw(numpy.exp(rng.normal()), numpy.exp(rng.normal())) for _ in range(10)]
# Around the modes of narrow densities, by draws, and beside them.
large = [draw(*pair) for pair in [(100, 30), (1e4, 1e4), (1e6, 1e6), (1e6, 1e6), (1e6, 123.4), (5.5, 1e6), (3.1e6, 0.7e6)]]
near_one = 1 - 2.0**-24
extreme = [
    [0.5, 1, 1], [0.25, 0.5, 0.5], [2.0**-100, single(1e-3), single(1e-3)], [near_one, single(1e-3), single(1e-3)],
    [0.5, single(1e-3), 2], [0.5, 2.0**-20, 2.0**-20], [2.0**-120, 1, 1], [2.0**-30, 2.0**-30, 2.0**-31],
    [near_one, 1e6, 1], [near_one, 1, 1e3], [0.5, 1e6, 1e6], [single(0.501), 1e6, 1e6], [single(0.499), 1e6, single(1.0001e6)],
    [2.0**-20, 1, 1e6], [2.0**-20, 1 + 2.0**-20, 1e6], [2.0**-40, 3, 1e6], [0.75, 3e6, 1e6], [near_one, 1e6, 0.5],
    [2.0**-60, 2.0**-10, 1e6], [near_one, 5e6, 2.0**-10], [2.0**-10, 1 + 2.0**-23, 1 - 2.0**-23],
]
for i, (x, a, b) in enumerate(moderate + large + extreme):
    emit("log_prob", log_prob, [x, a, b], None, stats.beta.logpdf(x, a, b) if i < len(moderate) else None)
for x, a, b in moderate:
    emit("cdf", cdf, [x, a, b], None, stats.beta.cdf(x, a, b))
for x, a, b in [large[0], [2.0**-60, single(1e-3), 3], [0.25, 0.5, 0.5], [near_one, 0.5, 0.25], [0.5, 30, 40]]:
    emit("cdf", cdf, [x, a, b])
for a, b in [row[1:] for row in moderate + large] + [[single(1e-3), single(1e-3)], [1, 1], [2.0**-20, 1e6], [1e6, 2]]:
    emit("entropy", entropy, [a, b], scipy_value=stats.beta.entropy(a, b) if 0.01 < min(a, b) and max(a, b) < 100 else None)
pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
far = [
    [1e6, 1e6, single(1.001e6), 1e6], [1e6, 1e6, single(1.001e6), single(1.001e6)], [3e6, 2e6, 3, 2], [3, 2, 3e6, 2e6],
    [1e6, single(1e-3), 1e6, single(2e-3)], [single(1e-3), single(1e-3), 1, 1], [1, 1, single(1e-3), single(1e-3)],
    [2, 3, 2, 3], [2.0**-20, 4, 2.0**-10, 4], [1, 1e6, 1e6, 1], [5, 7, 5 + 2.0**-20, 7], [1e6, single(123.4), 1e6, single(124.5)],
]
for i, (a0, b0, a1, b1) in enumerate(pairs + far):
    definition = None
    if i < len(pairs):
        # The halves by themselves: near 1 the distance from it is what counts.
        points = [0] + [mpf(2) ** -k for k in range(400, 0, -10)] + [mpf(1) / 2]
        definition = 0
        for q, p in [([a0, b0], [a1, b1]), ([b0, a0], [b1, a1])]:
            log_q = lambda x: log_prob(x, *map(mpf, q))
            definition += expectation(log_q, lambda x: log_q(x) - log_prob(x, *map(mpf, p)), points)
    emit("kl", kl, [a0, b0, a1, b1], definition=definition)
