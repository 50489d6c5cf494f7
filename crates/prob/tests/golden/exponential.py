"""Writes exponential.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, rate):
    return mpmath.log(rate) - rate * x


def entropy(rate):
    return 1 - mpmath.log(rate)


def cdf(x, rate):
    return -mpmath.expm1(-rate * x)


def kl(q, p):
    return mpmath.log(q / p) + p / q - 1


rng = start(20240601)
moderate = [[single(v) for v in (rng.exponential(), numpy.exp(rng.normal()))] for _ in range(8)]
extreme = [[0, 3], [2.0**-60, 2.0**60], [1e6, single(1e-6)], [single(1e-6), 1e6], [2.0**-40, 1], [50, 2], [2.0**40, 2.0**-40]]
for i, (x, rate) in enumerate(moderate + extreme):
    check = i < len(moderate)
    emit("log_prob", log_prob, [x, rate], None, stats.expon.logpdf(x, scale=1 / rate) if check else None)
    emit("entropy", entropy, [rate], scipy_value=stats.expon.entropy(scale=1 / rate))
    if x > 0:
        emit("cdf", cdf, [x, rate], None, stats.expon.cdf(x, scale=1 / rate))
pairs = [[moderate[i][1], moderate[i + 1][1]] for i in range(7)]
far = [[1, 2.0**20], [2.0**20, 1], [3, 3], [1, 1 + 2.0**-20], [2.0**-60, 2.0**-59]]
for i, (q, p) in enumerate(pairs + far):
    definition = None
    if i < len(pairs):
        log_q = lambda x: log_prob(x, mpf(q))
        definition = expectation(log_q, lambda x: log_q(x) - log_prob(x, mpf(p)), [k / mpf(q) for k in (0, 1, 10, 40, 160)])
    emit("kl", kl, [q, p], definition=definition)
