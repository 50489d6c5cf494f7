"""Writes continuous_bernoulli.csv: see common.py."""

from common import emit, mp, mpf, mpmath, numpy, single, start
from scipy import stats

mp.dps = 120  # e^−700 must not be lost beside 1


def log_prob(x, l):
    return x * l - (mpmath.log(mpmath.expm1(l) / l) if l else 0)


def cdf(x, l):
    return mpmath.expm1(l * x) / mpmath.expm1(l) if l else x


def mean(l):
    """Between l = −10⁻²⁰ and 10⁻²⁰, where the formula loses digits, the first terms of its series."""
    if abs(l) < mpf(10) ** -20:
        return mpf(1) / 2 + l / 12 - l**3 / 720
    return -1 / mpmath.expm1(-l) - 1 / l


def variance(l):
    if abs(l) < mpf(10) ** -20:
        return mpf(1) / 12 - l**2 / 240
    return 1 / l**2 - 1 / (4 * mpmath.sinh(l / 2) ** 2)


def entropy(l):
    if abs(l) < mpf(10) ** -20:
        return -(l**2) / 24 + l**4 / 960
    return mpmath.log(mpmath.expm1(l) / l) - l * mean(l)


def scipy_log_prob(x, l):
    """An exponential variable cut off at 1, counted from the likelier end."""
    return stats.truncexpon.logpdf(1 - x if l > 0 else x, abs(l), scale=1 / abs(l))


rng = start(20240620)
xs = [single(v) for v in rng.uniform(size=6)] + [0, 1, 2.0**-30]
logits = [single(v) for v in rng.normal(size=6) * 3]
near = [0, 2.0**-20, -(2.0**-20), 2.0**-60, -(2.0**-100), single(0.01), single(-0.3)]
edges = [single(0.999), 1, -1, single(1.001), 6, 2 * single(numpy.pi)]
far = [50, -50, 100, -100, 700, -700, 2.0**20, -(2.0**20), 2.0**60]
for i, l in enumerate(logits + near + edges + far):
    check = i < len(logits)
    for x in xs if i % 3 == 0 else xs[i % 3 :: 3]:
        emit("log_prob", log_prob, [x, l], scipy_value=scipy_log_prob(x, l) if check else None)
    # e^l has 2²⁰ digits.
    if abs(l) < 10**5:
        for x in xs[i % 3 :: 3]:
            emit("cdf", cdf, [x, l])
        definition = None
        if check:
            points = [0, mpf(1) / 4, mpf(1) / 2, 1]
            definition = mpmath.quad(lambda x: x * mpmath.exp(log_prob(x, mpf(l))), points)
        emit("mean", mean, [l], definition=definition)
        emit("variance", variance, [l])
        emit("entropy", entropy, [l], scipy_value=stats.truncexpon.entropy(abs(l), scale=1 / abs(l)) if check else None)
for x in (-0.5, 1.5):
    emit("cdf", lambda x, l: mpf(x > 1), [x, 3])


def log_partition(l):
    return mpmath.log(mpmath.expm1(l) / l) if l else mpf(0)


def kl(q, p):
    return log_partition(p) - log_partition(q) - (p - q) * mean(q)


pairs = [[logits[i], logits[i + 1]] for i in range(5)]
apart = [[3, 3], [0, 5], [5, 0], [-5, 5], [1, -1], [0.5, -1], [50, -50], [700, -700], [700, 400], [400, 700], [2.0**-20, 20], [-1000, -1500]]
for i, (q, p) in enumerate(pairs + apart):
    definition = None
    if i < len(pairs):
        q_, p_ = mpf(q), mpf(p)
        log_q = lambda x: log_prob(x, q_)
        definition = mpmath.quad(lambda x: mpmath.exp(log_q(x)) * (log_q(x) - log_prob(x, p_)), [0, 0.25, 0.5, 1])
    emit("kl", kl, [q, p], definition=definition)
# Neighbours, and what is just not near, by the logarithm, so that small divergences and their derivatives are compared in
# relation to their size.
near = [[l, l + 2.0**-k] for l in (2.0**-30, 0.5, -3, 8) for k in (4, 12, 20)]
near += [[100, 100 + 2.0**-12], [-300, -360], [-300, -380], [1, 2], [1, 2.3125], [-0.5, 0.4375], [-0.5, 0.5625], [6, 4], [6, 3.5]]
for q, p in near:
    emit("log_kl", lambda q, p: mpmath.log(kl(q, p)), [single(q), single(p)])
