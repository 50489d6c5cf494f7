"""Writes bernoulli.csv: see common.py."""

from common import emit, mp, mpf, mpmath, single, start, xlogy
from scipy import stats

mp.dps = 120  # 1 − σ(100) must not be lost


def sigmoid(l):
    return 1 / (1 + mpmath.exp(-l))


def log_prob(x, l):
    p = sigmoid(l)
    return xlogy(x, p) + xlogy(1 - x, 1 - p)


def entropy(l):
    p = sigmoid(l)
    return -xlogy(p, p) - xlogy(1 - p, 1 - p)


def kl(a, b):
    p, q = sigmoid(a), sigmoid(b)
    return p * mpmath.log(p / q) + (1 - p) * mpmath.log((1 - p) / (1 - q))


rng = start(20240503)
logits = [single(rng.normal() * 3) for _ in range(8)] + [0, 30, -30, 100, -100, 2.0**-30]
for l in logits:
    p = float(sigmoid(mpf(l)))
    for x in (0, 1):
        emit("log_prob", log_prob, [x, l], [1], stats.bernoulli.logpmf(x, p) if abs(l) < 10 else None)
    emit("log_prob", log_prob, [0.25, l])
    emit("entropy", entropy, [l], scipy_value=stats.bernoulli.entropy(p))
    for x in (-0.5, 0, 0.5, 1):
        below = lambda x, l: 1 - sigmoid(l) if x < 1 else mpf(1)
        emit("cdf", below if x >= 0 else lambda x, l: mpf(0), [x, l], [1],
             stats.bernoulli.cdf(x, p) if abs(l) < 10 else None)
for a, b in list(zip(logits, logits[1:])) + [(100, -100), (-100, 100), (2, 2), (100, 99)]:
    emit("kl", kl, [a, b])
