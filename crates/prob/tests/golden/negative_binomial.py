"""Writes negative_binomial.csv: see common.py."""

from common import emit, mp, mpf, mpmath, numpy, single, start, xlogy
from scipy import stats

mp.dps = 90  # σ(−50) must not be lost beside counts of 10⁹


def probabilities(l):
    return 1 / (1 + mpmath.exp(-l)), 1 / (1 + mpmath.exp(l))


def log_mass(x, r, p, q):
    ways = mpmath.loggamma(x + r) - mpmath.loggamma(r) - mpmath.loggamma(x + 1)
    return ways + xlogy(x, p) + r * mpmath.log(q)


def log_prob(x, r, l):
    return log_mass(x, r, *probabilities(l))


def log_prob_by_mean(x, mean, r):
    return log_mass(x, r, mean / (mean + r), r / (mean + r))


def cdf(x, r, l):
    if x < 0:
        return mpf(0)
    # The sum of the masses: mpmath's incomplete beta function has no derivatives by its parameters.
    return mpmath.fsum(mpmath.exp(log_prob(mpf(k), r, l)) for k in range(int(mpmath.floor(x)) + 1))


def cdf_by_mean(x, mean, r):
    return cdf(x, r, mpmath.log(mean / r))


rng = start(20240602)
moderate = []
for _ in range(14):
    r, mean = single(numpy.exp(rng.normal() * 1.5)), single(numpy.exp(rng.normal() * 1.5 + 1))
    moderate.append((int(rng.negative_binomial(r, r / (mean + r))), r, mean))
for i, (x, r, mean) in enumerate(moderate):
    l = single(numpy.log(mean / r))
    emit("log_prob", log_prob, [x, r, l], [1, 2], stats.nbinom.logpmf(x, r, 1 / (1 + numpy.exp(l))))
    emit("log_prob_by_mean", log_prob_by_mean, [x, mean, r], [1, 2], stats.nbinom.logpmf(x, r, r / (mean + r)))
    if x < 60:
        emit("cdf", cdf, [x, r, l], [1, 2], stats.nbinom.cdf(x, r, 1 / (1 + numpy.exp(l))))
        emit("cdf_by_mean", cdf_by_mean, [x, mean, r], [1, 2], stats.nbinom.cdf(x, r, r / (mean + r)))

tiny, huge = single(1e-3), 1e8
counts = [0, 1, 3, 1000, 1e6]
logits = [50, -50, 10, -10, 1, 0, 2.0**-20, -(2.0**-20)]
for r in (tiny, 0.5, 1, 7, 1e4, 1e6, huge):
    for x in counts:
        for l in logits:
            emit("log_prob", log_prob, [x, r, l], [1, 2])
        # The logits at which the count is the mean, and near it.
        if x > 0:
            l = single(numpy.log(x / r))
            for near in (l, single(l + 1 / numpy.sqrt(x)), single(l - 0.01), single(l + 0.7), single(l - 0.7)):
                emit("log_prob", log_prob, [x, r, near], [1, 2])
        for mean in (2.0**-20, 0.5, 3, 1000, 1e6, 1000064, 1e8):
            emit("log_prob_by_mean", log_prob_by_mean, [x, mean, r], [1, 2])
for x, r, l in [(1e9, 3, 19), (1e9, 1e3, 14), (1e9, huge, 2.25), (5, 3, 39), (5, 3, 41), (1e6, 3, -39), (1e6, 3, -41),
                (0, 3, 80), (4, 3, -80), (1e9, tiny, 30)]:
    emit("log_prob", log_prob, [x, r, l], [1, 2])
for x, mean, r in [(1e9, 1e9, 3), (1e9, 1.1e9, 1e5), (0, 1e9, 2.0**-10), (3, 2.0**-40, huge)]:
    emit("log_prob_by_mean", log_prob_by_mean, [x, mean, r], [1, 2])
emit("log_prob_by_mean", log_prob_by_mean, [0, 0, 2], [1, 2])

for x in (-1, -0.5, 0, 2.5, 20):
    for r, l in [(tiny, 0), (3, -20), (3, 5), (1e4, -8), (huge, -18), (0.5, 30), (40, 0.25)]:
        emit("cdf", cdf, [x, r, l], [1, 2])
    for mean, r in [(2.0**-20, 3), (3, huge), (3, tiny), (10, 40), (1000, 2)]:
        emit("cdf_by_mean", cdf_by_mean, [x, mean, r], [1, 2])
