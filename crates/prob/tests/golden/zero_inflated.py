"""Writes zero_inflated.csv: see common.py."""

from common import emit, mp, mpf, mpmath, numpy, single, start, xlogy

mp.dps = 120  # 1 − σ(100) must not be lost


def sigmoid(l):
    return 1 / (1 + mpmath.exp(-l))


def inflated(x, log_base, g):
    pi = sigmoid(g)
    p = (1 - pi) * mpmath.exp(log_base)
    return mpmath.log(pi + p if x == 0 else p)


def poisson(x, l, g):
    return inflated(x, x * l - mpmath.exp(l) - mpmath.loggamma(x + 1), g)


def negative_binomial(x, mean, r, g):
    ways = mpmath.loggamma(x + r) - mpmath.loggamma(r) - mpmath.loggamma(x + 1)
    return inflated(x, ways + xlogy(x, mean / (mean + r)) + r * mpmath.log(r / (mean + r)), g)


def bernoulli(x, l, g):
    return inflated(x, mpmath.log(sigmoid(l if x == 1 else -l)), g)


rng = start(20240603)
gates = [-100, -50, -3, -(2.0**-20), 0, 2.0**-20, 0.75, 4, 50, 100]
for g in gates:
    for l in (-50, -5, 0, 1.5, 3, 4.5):
        emit("poisson", poisson, [0, l, g], [1, 2])
        if l > -50:
            emit("poisson", poisson, [3, l, g], [1, 2])
    emit("poisson", poisson, [1e6, 13.8125, g], [1, 2])
    for mean, r in ((0.5, 2), (30, 0.25), (1000, 1e4)):
        for x in (0, 7, 1000):
            emit("negative_binomial", negative_binomial, [x, mean, r, g], [1, 2, 3])
    for x in (0, 1):
        for l in (-20, 0.5, 20):
            emit("bernoulli", bernoulli, [x, l, g], [1, 2])
for _ in range(20):
    l, g = single(rng.normal() * 2), single(rng.normal() * 3)
    emit("poisson", poisson, [int(rng.poisson(numpy.exp(l)) * (rng.random() < 0.5)), l, g], [1, 2])
