"""Writes poisson.csv: see common.py."""

from common import emit, expectation, mpf, mpmath, numpy, single, start, xlogy
from scipy import stats


def log_prob(x, rate):
    return xlogy(x, rate) - rate - mpmath.loggamma(x + 1)


def by_log(f):
    return lambda x, l: f(x, mpmath.exp(l))


def cdf(x, rate):
    return mpmath.gammainc(mpmath.floor(x) + 1, rate, regularized=True) if x >= 0 else mpf(0)


def kl(a, b):
    return xlogy(a, a) - xlogy(a, b) + b - a


def kl_by_log(a, b):
    return mpmath.exp(a) * (a - b) + mpmath.exp(b) - mpmath.exp(a)


rng = start(20240601)
moderate = []
for _ in range(12):
    rate = single(numpy.exp(rng.normal() * 2 + 1))
    moderate.append((int(rng.poisson(rate)), rate))
extreme = [(0, 0), (0, 2.0**-100), (1, 2.0**-100), (3, 2.0**-20), (1, 1), (2, 1), (1, 2.0**-1), (0, 1e9), (5, 2e6), (2e6, 5)]
extreme += [(1e6, r) for r in (1e6, 1000001, 1e6 + 2.0**-4, 990000, 1.2e6, 1e5, 2e6, 5e5)]
extreme += [(1e9, r) for r in (1e9, 1e9 + 64, 999900032, 1.1e9, 5e8, 2e9)]
for i, (x, rate) in enumerate(moderate + extreme):
    emit("log_prob", log_prob, [x, rate], [1], stats.poisson.logpmf(x, rate) if i < len(moderate) else None)

logs = [(x, single(numpy.log(rate))) for x, rate in moderate]
logs += [(0, 0), (1, 0), (3, 2.0**-20), (3, -(2.0**-20)), (0, 50), (7, 50), (1e9, 50), (0, -50), (1, -50), (1e6, -50)]
logs += [(0, -87), (2, -87), (1e9, 41), (3, -41), (1e9, 39), (3, -39)]
for count in (300, 3000, 1e6, 1e9):
    l = single(numpy.log(count))
    near = numpy.exp(l)
    logs += [(single(numpy.round(v)), l) for v in (near, near + 1, near - numpy.sqrt(near), near * 1.01, near * 0.9,
                                                  near * 1.99, near * 2.01, near * 0.51, near * 0.49, near * 10)]
for i, (x, l) in enumerate(logs):
    check = stats.poisson.logpmf(x, numpy.exp(l)) if i < len(moderate) else None
    emit("log_prob_by_log", by_log(log_prob), [x, l], [1], check)

for i, (x, rate) in enumerate(moderate + [(0, 2.0**-30), (1000, 1000), (900, 1000), (3.5, 4), (-1, 4), (-0.5, 4), (40, 1)]):
    emit("cdf", cdf, [x, rate], [1], stats.poisson.cdf(x, rate))
    emit("cdf_by_log", by_log(cdf), [x, single(numpy.log(rate))], [1])

rates = [rate for _, rate in moderate] + [2.0**-40, 1e6, 1000001, 1e6]
for i, (a, b) in enumerate(zip(rates, rates[1:])):
    definition = None
    if i < 4:
        mass = [mpmath.exp(log_prob(mpf(x), mpf(a))) for x in range(400)]
        definition = sum(p * (log_prob(mpf(x), mpf(a)) - log_prob(mpf(x), mpf(b))) for x, p in enumerate(mass))
    emit("kl", kl, [a, b], definition=definition)
    emit("kl_by_log", kl_by_log, [single(numpy.log(a)), single(numpy.log(b))])
for a, b in [(0, 3), (5, 5)]:
    emit("kl", kl, [a, b], by=[1])
for a, b in [(14, 14), (14, 14 + 2.0**-10), (20, 20.25), (0, 2.0**-20), (-60, 40), (40, -60), (3, 3.75), (3, 3.625)]:
    emit("kl_by_log", kl_by_log, [a, b])
