"""Writes von_mises_fisher.csv: see common.py.

Vectors are given by their elements, p of them. In single precision they are not exactly of length 1: what is computed is the
density's form with the distance of x and the mean direction.
"""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats


def log_f(p, k):
    """log ∫ exp(κ μᵀx) dx/S, smooth at κ = 0."""
    nu = mpf(p) / 2 - 1
    if k < 50:
        return mpmath.log(mpmath.hyp0f1(nu + 1, k * k / 4))
    i = mpmath.besseli(nu, k, maxterms=10**7)
    return mpmath.log(i) + mpmath.loggamma(nu + 1) + nu * mpmath.log(2 / k)


def ratio(p, k):
    """A = d log_f/dκ = I_{ν+1}/I_ν."""
    nu = mpf(p) / 2 - 1
    if k < 50:
        return k / p * mpmath.hyp0f1(nu + 2, k * k / 4) / mpmath.hyp0f1(nu + 1, k * k / 4)
    return mpmath.besseli(nu + 1, k, maxterms=10**7) / mpmath.besseli(nu, k, maxterms=10**7)


def log_area(p):
    return mpmath.log(2) + mpf(p) / 2 * mpmath.log(mpmath.pi) - mpmath.loggamma(mpf(p) / 2)


def half_square(x, y):
    return sum((a - b) ** 2 for a, b in zip(x, y)) / 2


def log_prob(*args):
    p = len(args) // 2
    x, mean, k = args[:p], args[p:2 * p], args[2 * p]
    return k - k * half_square(x, mean) - log_f(p, k) - log_area(p)


def gain(p, k):
    return k * ratio(p, k) - log_f(p, k)


def entropy(p, k):
    return log_area(p) - gain(p, k)


def kl(*args):
    p = len(args) // 2 - 1
    m0, m1, k0, k1 = args[:p], args[p:2 * p], args[2 * p], args[2 * p + 1]
    a = ratio(p, k0)
    log_ratio = (k0 - log_f(p, k0)) - (k1 - log_f(p, k1))
    return log_ratio - k0 * (1 - a) + k1 * (1 - a) + k1 * a * half_square(m0, m1)


def square_across(p, k):
    return ratio(p, k) / k if k != 0 else 1 / mpf(p)


def variance(p, k, m):
    a, s = ratio(p, k), square_across(p, k)
    return s * (1 - m * m) + (1 - a * a - (p - 1) * s) * m * m


def unit(rng, p):
    v = rng.normal(size=p)
    return v / numpy.linalg.norm(v)


rng = start(20240612)
# The formula is that of unit vectors.
for p, k in [(2, 0.7), (3, 12.0), (7, 3.0), (40, 100.0)]:
    x, mean = unit(rng, p), unit(rng, p)
    expected = stats.vonmises_fisher(mean, k).logpdf(x)
    assert abs(log_prob(*map(mpf, [*x, *mean, k])) - expected) < 1e-9 * max(1, abs(expected)), (p, k)
    expected = stats.vonmises_fisher(mean, k).entropy()
    assert abs(entropy(p, mpf(k)) - expected) < 1e-9 * max(1, abs(expected)), (p, k)

for p, concentrations in [(2, [0, 2.0**-20, 0.5, 3, 100, 1e6]), (3, [0, 0.25, 8, 1e6]), (4, [1.5]), (9, [0, 20, 1e4])]:
    for k in concentrations:
        k, mean = single(k), unit(rng, p)
        near = mean + rng.normal(size=p) / numpy.sqrt(k + 1)
        near /= numpy.linalg.norm(near)
        emit("log_prob", log_prob, [single(v) for v in [*near, *mean]] + [k], by=[*range(2 * p)] + [2 * p] * (k > 0))
# Of many elements: by the concentration alone.
for p, k in [(100, 0.5), (100, 300), (300, 1e6), (301, 2.0**-10)]:
    k, mean = single(k), unit(rng, p)
    near = mean + rng.normal(size=p) / numpy.sqrt(k + p)
    near /= numpy.linalg.norm(near)
    emit("log_prob", log_prob, [single(v) for v in [*near, *mean]] + [k], by=[2 * p])

for p in [2, 3, 10, 100, 300]:
    for k in map(single, [0, 1e-6, 0.01, 0.9, 7, 60, 1e3, 1e6]):
        by = [1] if k > 0 else []
        emit("entropy", entropy, [p, k], by)
        emit("kl_uniform", gain, [p, k], by)
        emit("mean", lambda p, k, m: ratio(p, k) * m, [p, k, 0.75], by + [2])
        emit("variance", variance, [p, k, 0.75], by + [2])
for p, k0, k1 in [(2, 0.5, 3), (2, 1e3, 1e6), (3, 5, 5.25), (5, 1e-4, 40), (8, 1e6, 1e5), (3, 0, 1)]:
    k0, k1 = single(k0), single(k1)
    m0, m1 = unit(rng, p), unit(rng, p)
    by = [i for i in range(2 * p + 2) if k0 > 0 or i != 2 * p]
    emit("kl", kl, [single(v) for v in [*m0, *m1]] + [k0, k1], by)
