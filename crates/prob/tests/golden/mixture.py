"""Writes mixture.csv: see common.py. Two normal components: x, the logits, the means, the standard deviations."""

from common import emit, mpmath, numpy, single, start
from scipy import stats


def weights(l0, l1):
    both = [mpmath.exp(l) for l in (l0, l1)]
    return [w / sum(both) for w in both]


def log_prob(x, l0, l1, m0, m1, s0, s1):
    terms = zip(weights(l0, l1), (m0, m1), (s0, s1))
    return mpmath.log(sum(w * mpmath.npdf(x, m, s) for w, m, s in terms))


def cdf(x, l0, l1, m0, m1, s0, s1):
    # Of the lower tail, without cancellation.
    terms = zip(weights(l0, l1), (m0, m1), (s0, s1))
    return sum(w * mpmath.erfc((m - x) / s / mpmath.sqrt(2)) / 2 for w, m, s in terms)


def mean(l0, l1, m0, m1, s0, s1):
    return sum(w * m for w, m in zip(weights(l0, l1), (m0, m1)))


def variance(l0, l1, m0, m1, s0, s1):
    terms = zip(weights(l0, l1), (m0, m1), (s0, s1))
    return sum(w * (m * m + s * s) for w, m, s in terms) - mean(l0, l1, m0, m1, s0, s1) ** 2


rng = start(20240613)
moderate = [[single(v) for v in [*rng.normal(size=5) * 2, *numpy.exp(rng.normal(size=2) / 2)]] for _ in range(8)]
# Components that are far, or unlikely, or the same; x far from all.
extreme = [
    [0.5, 0, 0, 0, 1000, 1, 1],
    [1000.5, 0, -50, 0, 1000, 1, 1],
    [0.25, 50, -50, 0, 0.25, 1, 2.0**-20],
    [-40, 3, 2, 1, 1, 0.5, 0.5],
    [1e4, 1, 2, 0, 1, 1, 2],
]
for i, args in enumerate(moderate + extreme):
    x, l0, l1, m0, m1, s0, s1 = args
    density = distribution = None
    if i < len(moderate):
        w = numpy.exp([l0, l1]) / numpy.exp([l0, l1]).sum()
        density = numpy.log(w[0] * stats.norm.pdf(x, m0, s0) + w[1] * stats.norm.pdf(x, m1, s1))
        distribution = w[0] * stats.norm.cdf(x, m0, s0) + w[1] * stats.norm.cdf(x, m1, s1)
    emit("log_prob", log_prob, args, scipy_value=density)
    emit("cdf", cdf, args, scipy_value=distribution)
    emit("mean", mean, args[1:])
    emit("variance", variance, args[1:])
