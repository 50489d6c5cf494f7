"""Writes special.csv: special functions and their derivatives from their definitions, in 50 digits or more.

    pip install mpmath==1.4.1 && python special.py > special.csv

A line is: function, arguments, value. Most arguments are exact in single precision. `python special.py N` writes N random
arguments a function instead of 24: the errors in double precision that docs/numerics.md states are those of N = 400.
"""

import random
import struct
import sys

import mpmath
from mpmath import besseli, erfc, exp, findroot, log, log1p, loggamma, mp, mpf, pi, psi, sqrt, workdps

mp.dps = 50
random.seed(20240917)
N = int(sys.argv[1]) if len(sys.argv) > 1 else 24
single = lambda x: struct.unpack("f", struct.pack("f", x))[0]


def emit(what, args, value):
    print(what, *(repr(float(x)) for x in args), repr(float(value)), sep=",")


def between(lo, hi):
    """A number whose logarithm is uniform."""
    return single(2 ** random.uniform(mpmath.log(lo, 2), mpmath.log(hi, 2)))


# Functions of one number: the definitions lose digits that a higher precision has in reserve.

half_log_tau = lambda: log(2 * pi) / 2


def log_factorial_rest(x):
    with workdps(500):
        x = mpf(x)
        return loggamma(x) - (x - mpf(1) / 2) * log(x) + x - half_log_tau()


def digamma_rest(x):
    with workdps(500):
        return psi(0, mpf(x)) - log(mpf(x)) + 1 / (2 * mpf(x))


def upper(x):
    """1 − Φ(x)."""
    if x < 1e5:
        return erfc(mpf(x) / sqrt(mpf(2))) / 2
    x = mpf(x)
    return exp(-x * x / 2) / sqrt(2 * pi) / x * (1 - 1 / x**2 + 3 / x**4 - 15 / x**6 + 105 / x**8 - 945 / x**10)


density = lambda x: exp(-mpf(x) ** 2 / 2) / sqrt(2 * pi)
log_ndtr = lambda x: log(upper(-x)) if x < 0 else log1p(-upper(x))
hazard = lambda x: density(x) / upper(-x)


def ndtri(p):
    p = mpf(p)
    if p == mpf(1) / 2:
        return mpf(0)
    tail = min(p, 1 - p)
    start = sqrt(-2 * log(tail)) - (1 if tail > 1e-3 else log(-8 * pi * log(tail)) / sqrt(-8 * log(tail)))
    x = findroot(lambda x: log(upper(x)) - log(tail), max(start, mpf(1) / 10))
    return x if p > mpf(1) / 2 else -x


def lgamma(x):
    with workdps(100):
        return loggamma(mpf(x))


UNARY = {
    "lgamma": lgamma,
    "digamma": lambda x: psi(0, mpf(x)),
    "trigamma": lambda x: psi(1, mpf(x)),
    "polygamma2": lambda x: psi(2, mpf(x)),
    "stirling_error": log_factorial_rest,
    "stirling_error_derivative": digamma_rest,
}
ENDS = [5e-324, 2.3e-308, 1e-160, single(1e-45), single(1.2e-38), single(1e-20), 2.0**-24, 0.25, 0.5, 1 - 2.0**-24, 1.0, 1 + 2.0**-23]
ENDS += [single(1.4616321), 2 - 2.0**-23, 2.0, 2 + 2.0**-22, 3 - 2.0**-22, 3.0, 30.0, 1e6, single(1e10), 2.0**60, single(1e30)]
ENDS += [single(3.4e36), 1e200]
for what, f in UNARY.items():
    xs = [between(0.05, 20) for _ in range(N)] + [between(1e-30, 1e30) for _ in range(N // 4)]
    for x in ENDS + xs + [1 + random.choice([-1, 1]) * between(1e-6, 0.1) for _ in range(N // 8)]:
        value = f(x)
        if abs(value) < mpf("1e305") and abs(value) > mpf("1e-305"):
            emit(what, [x], value)

xs = [0.0, 5e-324, 1e-300, single(1e-40), 2.0**-12, 0.5, 1.0, 4.0, 5.0, 8.3, 9.3, 13.0, 14.4, 26.0, 37.5, 38.4, 40.0, 200.0]
xs += [single(1e4), single(1e10), single(1e19), 1e150]
for x in [s * x for x in xs for s in (-1, 1)] + [single(random.uniform(-9, 9)) for _ in range(N)]:
    if x > 38:
        continue
    emit("log_ndtr", [x], log_ndtr(x))
    if hazard(x) > 1e-300:
        emit("log_ndtr'", [x], hazard(x))
xs = [5e-324, 1e-308, 1e-100, single(1e-45), single(1.2e-38), single(1e-30), single(1e-10), 2.0**-24, 0.125, single(0.1249999), 0.25]
xs += [0.5 - 2.0**-25, 0.5, 0.5 + 2.0**-24, 0.75, 0.875, single(0.8750001), 1 - 2.0**-24, 1 - 2.0**-53]
for p in xs + [single(random.random()) for _ in range(N)] + [between(1e-45, 1) for _ in range(N // 2)]:
    if not 0 < p < 1:
        continue
    x = ndtri(p)
    emit("ndtri", [p], x)
    if 1 / density(x) < 1e300:
        emit("ndtri'", [p], 1 / density(x))


# The deviance.

def bd0(x, m):
    with workdps(100):
        x, m = mpf(x), mpf(m)
        return x * log(x / m) + m - x if x > 0 else m


pairs = [(0.0, 1.5), (1.0, 1.0), (1.0, 1 + 2.0**-23), (2.0, 1.0), (1.0, 2.0), (single(1e6), single(1.0001e6)), (single(1e10), 1.0)]
pairs += [(1.0, single(1e-45)), (single(1e30), single(1e-30)), (single(1e-45), 1.0), (5e-324, 1e300), (1e200, 1e-300), (3.0, 5e-324)]
pairs += [(1e9, 1e9 + 1), (single(1.2e-38), single(1.3e-38))]
for _ in range(N):
    x = between(1e-3, 1e7)
    pairs += [(x, single(x * random.uniform(0.4, 2.5))), (x, single(x * (1 + random.gauss(0, 1) / x**0.5 / 3))), (x, between(1e-6, 1e8))]
for x, m in pairs:
    if m > 0 and x != m:
        emit("bd0", [x, m], bd0(x, m))


# Bessel functions.

orders = [0.0, 0.5, 1.0, 2.0, 9.5, 29.5, 30.0, 49.0, 127.0, 511.0, 4095.0]
points = [1e-8, 1e-3, 1.0, 10.0, 29.0, 31.0, 1e3, 1e6]
arguments = [(nu, single(x)) for nu in orders for x in points]
arguments += [(single(random.uniform(0, 40)), single(random.uniform(0, 40))) for _ in range(N)]
arguments += [(between(0.1, 5000), between(1e-8, 1e6)) for _ in range(N)]
for nu, x in arguments:
    with workdps(90):
        n, z = mpf(nu), mpf(x)
        i, above = (besseli(order, z, maxterms=10**7) for order in (n, n + 1))
        a = above / i
        emit("log_bessel_i", [nu, x], log(i) - z)
        emit("log_bessel_i'", [nu, x], a + n / z - 1)
        emit("log_bessel_i_reduced", [nu, x], log(i) - z - n * log(z))
        emit("log_bessel_i_reduced'", [nu, x], a - 1)
        emit("bessel_ratio", [nu, x], a)
        emit("bessel_ratio_derivative", [nu, x], 1 - a * a - (2 * n + 1) * a / z)


# The incomplete functions, by their series of positive terms, differentiated term by term.

def gamma_lower(a, x):
    """P and ∂P/∂a."""
    a, x = mpf(a), mpf(x)
    term = exp(a * log(x) - x - loggamma(a + 1))
    slope = log(x) - psi(0, a + 1)
    p, dp, n = term, term * slope, 0
    while n < 10 or abs(term * slope) > abs(dp) * mpf(10) ** -mp.dps or term > p * mpf(10) ** -mp.dps:
        n += 1
        term *= x / (a + n)
        slope -= 1 / (a + n)
        p, dp = p + term, dp + term * slope
    return p, dp


def incomplete_gamma(a, x):
    # Q is of the size e^−bd0, and what is left of 1 − P must have its digits.
    digits = 60 + (int(bd0(a, x) / 2) if x > a else 0)
    with workdps(min(digits, 500)):
        p, dp = gamma_lower(a, x)
        x = mpf(x)
        density = exp((mpf(a) - 1) * log(x) - x - loggamma(mpf(a)))
        return p, 1 - p, dp, -dp / density


def emit_gamma(a, x):
    p, q, dp, dx = incomplete_gamma(a, x)
    for what, value in [("gamma_p", p), ("gamma_q", q), ("gamma_p_derivative", dp), ("gamma_draw_derivative", dx)]:
        if abs(value) > 1e-290 and (what != "gamma_draw_derivative" or min(p, q) > mpf(10) ** -300):
            emit(what, [a, x], value)


pairs = [(single(1e-10), 0.5), (single(1e-3), 1.0), (single(1e-3), single(1e-30)), (0.01, 1e-200), (0.5, 1.9), (0.5, 2.0), (0.9, 1.4)]
pairs += [(1.0, 1.0), (1.0, 50.0), (29.5, 30.0), (29.5, 31.0), (30.0, 5.0), (30.0, 30.0), (30.0, 90.0), (1e3, 990.0), (1e3, 1500.0)]
pairs += [(1e5, 1e5), (1e6, 1e6 - 2000), (1e6, 1e6), (1e6, 1e6 + 3000), (1e8, 1e8 + 1e4)]
for _ in range(N):
    a = between(1e-3, 40)
    pairs.append((a, single(a * random.expovariate(1) + 1e-6)))
    a = between(25, 1e5)
    pairs.append((a, single(abs(a + random.uniform(-6, 6) * a**0.5) + 1e-6)))
    a = between(0.01, 300)
    pairs.append((a, between(0.01, 600)))
for a, x in pairs:
    emit_gamma(a, x)


def beta_lower(a, b, x):
    """I_x(a, b) and its derivatives by a and b, for x ≤ ½."""
    a, b, x = mpf(a), mpf(b), mpf(x)
    term = exp(a * log(x) + b * log1p(-x) + loggamma(a + b) - loggamma(a + 1) - loggamma(b))
    da = log(x) + psi(0, a + b) - psi(0, a + 1)
    db = log1p(-x) + psi(0, a + b) - psi(0, b)
    sums, n = [term, term * da, term * db], 0
    while n < 10 or any(abs(t) > abs(s) * mpf(10) ** -mp.dps for t, s in zip([term, term * da, term * db], sums)):
        term *= (a + b + n) / (a + 1 + n) * x
        da += 1 / (a + b + n) - 1 / (a + 1 + n)
        db += 1 / (a + b + n)
        n += 1
        sums = [sums[0] + term, sums[1] + term * da, sums[2] + term * db]
    return sums


def emit_beta(a, b, x):
    with workdps(100):
        if x <= 0.5:
            i, da, db = beta_lower(a, b, x)
        else:
            i, db, da = beta_lower(b, a, 1 - mpf(x))
            i, da, db = 1 - i, -da, -db
        density = exp((mpf(a) - 1) * log(mpf(x)) + (mpf(b) - 1) * log1p(-mpf(x)) + loggamma(mpf(a) + b) - loggamma(a) - loggamma(b))
        values = [("beta_inc", i), ("beta_inc_da", da), ("beta_inc_db", db), ("beta_draw_da", -da / density), ("beta_draw_db", -db / density)]
        for what, value in values:
            if abs(value) > 1e-290 and density > mpf(10) ** -290:
                emit(what, [a, b, x], value)


triples = [(0.5, 0.5, 0.5), (1.0, 1.0, 0.25), (2.0, 3.0, 0.999), (single(1e-3), 2.0, single(1e-20)), (single(1e-3), single(1e-3), 0.5)]
triples += [(0.5, 1e4, 1e-4), (1e4, 0.5, 0.9999), (30.0, 30.0, 0.5), (30.0, 29.0, 0.5), (1e3, 1e3, 0.48), (1e6, 1e6, 0.5), (1e6, 1e6, 0.4995)]
triples += [(1e6, 100.0, 0.9999), (100.0, 1e6, 1e-4), (1e7, 30.0, 1 - 3e-6), (5.0, 1e7, 1e-6), (3.0, 4.0, 0.5), (10.0, 7.0, 0.5)]
for _ in range(N):
    a, b = between(1e-2, 40), between(1e-2, 40)
    triples.append((a, b, single(random.random())))
    a, b = between(25, 1e5), between(25, 1e5)
    mean, deviation = a / (a + b), (a * b / (a + b)) ** 0.5 / (a + b)
    triples.append((a, b, single(mean + random.uniform(-6, 6) * deviation)))
    a, b = between(0.1, 1e5), between(0.1, 100)
    triples.append((a, b, single(random.betavariate(a, b))))
for a, b, x in triples:
    if 0 < x < 1:
        emit_beta(a, b, x)
