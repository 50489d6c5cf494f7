"""Writes discretized_logistic.csv: see common.py.

The arguments are x, loc, scale and the number of levels L; x stands for the level it is nearest to, k/(L − 1) exactly.
"""

from common import emit, mp, mpf, mpmath, numpy, single, start
from scipy import stats

mp.dps = 150  # a difference of sigmoids that are 10⁻¹⁰⁰ apart


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def edge(k, loc, scale, levels):
    """The edge between the levels k − 1 and k."""
    return ((2 * mpf(k) - 1) / (2 * (levels - 1)) - loc) / scale


def level(x, levels):
    return int(mpmath.nint(x * (levels - 1)))


def mass(k, loc, scale, levels):
    last = int(levels) - 1
    a, b = edge(k, loc, scale, levels), edge(k + 1, loc, scale, levels)
    if k == 0:
        return sigmoid(b)
    if k == last:
        return sigmoid(-a)
    return sigmoid(b) - sigmoid(a) if b < 0 else sigmoid(-a) - sigmoid(-b)


def log_prob(x, loc, scale, levels):
    return mpmath.log(mass(level(x, levels), loc, scale, levels))


def cdf(x, loc, scale, levels):
    return sigmoid(edge(level(x, levels) + 1, loc, scale, levels))


def moment(loc, scale, levels, g):
    """E[g(x)]; masses below 10⁻¹²⁰ are left out."""
    last = int(levels) - 1
    reach = 300 * scale + mpf(1) / last
    low, high = (min(last, max(0, int(mpmath.floor((loc + s * reach) * last)))) for s in (-1, 1))
    terms = [mass(k, loc, scale, levels) * g(mpf(k) / last) for k in {0, last} | set(range(low, high + 1))]
    return mpmath.fsum(terms)


def mean(loc, scale, levels):
    return moment(loc, scale, levels, lambda x: x)


def variance(loc, scale, levels):
    m = mean(loc, scale, levels)
    return moment(loc, scale, levels, lambda x: (x - m) ** 2)


def entropy(loc, scale, levels):
    masses = (mass(k, loc, scale, levels) for k in range(int(levels)))
    return -mpmath.fsum(p * mpmath.log(p) for p in masses)


def scipy_mass(k, loc, scale, levels):
    p = stats.logistic(loc, scale)
    low = -numpy.inf if k == 0 else (k - 0.5) / (levels - 1)
    high = numpy.inf if k == levels - 1 else (k + 0.5) / (levels - 1)
    return p.cdf(high) - p.cdf(low)


if __name__ == "__main__":
    rng = start(20240622)
    moderate = [[single(rng.uniform()), single(numpy.exp(rng.normal() - 2)), 256] for _ in range(6)]
    narrow = [[single(0.3), 2.0**-12, 256], [0.5, 2.0**-30, 256], [single(100.5 / 255), 2.0**-20, 256],
              [single(7.5 / 255), 2.0**-40, 256], [single(200 / 255), 2.0**-60, 256], [single(2.0**-10), 2.0**-24, 256],
              [single(51 / 255), single(0.002), 256], [single(120.01 / 255), single(0.004), 256]]
    wide = [[0.25, 1, 256], [single(0.9), 1000, 256], [0, 2.0**40, 256], [0.5, 2.0**60, 256], [-2.0**30, 2.0**30, 256]]
    far = [[30, single(0.1), 256], [-1000, 0.5, 256], [2.0**30, 1, 256], [single(4.01), single(0.03), 256], [single(-3.99), 1, 256]]
    grids = [[0.75, 0.125, 2], [0.5, 2.0**-20, 2], [0.25, 0.5, 3], [single(0.3), single(0.05), 32], [single(0.7), 2.0**-12, 65536],
             [single(0.7), 2.0**20, 65536]]
    for i, (loc, scale, levels) in enumerate(moderate + narrow + wide + far + grids):
        last = levels - 1
        centre = min(max(round(loc * last), 0), last)
        levels_to_try = {0, last, 1, last - 1, centre, *(min(max(centre + d, 0), last) for d in (-30, -1, 1, 2))}
        for k in sorted(levels_to_try):
            x = single(k / last)
            scipy_value = None
            if i < len(moderate) and scipy_mass(k, loc, scale, levels) > 1e-4:
                scipy_value = numpy.log(scipy_mass(k, loc, scale, levels))
            emit("log_prob", log_prob, [x, loc, scale, levels], [1, 2], scipy_value)
            if 0 < k < last and k % 2:
                emit("cdf", cdf, [x, loc, scale, levels], [1, 2])
        if levels <= 256 and i % 2 == 0:
            emit("mean", mean, [loc, scale, levels], [0, 1])
            emit("variance", variance, [loc, scale, levels], [0, 1])
        if levels <= 256 and i % 3 == 0:
            emit("entropy", entropy, [loc, scale, levels], [0, 1])
