"""Writes normal.csv: see common.py."""

from common import emit, expectation, mp, mpf, mpmath, numpy, single, start
from scipy import stats


def log_prob(x, loc, scale):
    return -((x - loc) / scale) ** 2 / 2 - mpmath.log(scale) - mpmath.log(2 * mpmath.pi) / 2


def entropy(scale):
    return mpmath.log(2 * mpmath.pi * mpmath.e * scale**2) / 2


def kl(m0, s0, m1, s1):
    return (s0**2 / s1**2 + ((m0 - m1) / s1) ** 2 - 1 - mpmath.log(s0**2 / s1**2)) / 2


rng = start(20240501)
moderate = [[single(v) for v in (rng.normal() * 2, rng.normal(), numpy.exp(rng.normal() / 2))] for _ in range(8)]
extreme = [[1e6, 0, 2**-10], [2**-20, 0, 2**-20], [0, 0, 2.0**60], [-30, 30, 1], [40, 40, 2.0**-60], [1e6, 1e6 + 1, 0.5]]
for i, (x, loc, scale) in enumerate(moderate + extreme):
    check = i < len(moderate)
    emit("log_prob", log_prob, [x, loc, scale], scipy_value=stats.norm.logpdf(x, loc, scale) if check else None)
    emit("entropy", entropy, [scale], scipy_value=stats.norm.entropy(loc, scale))
    emit("cdf", lambda x, m, s: mpmath.erfc((m - x) / s / mpmath.sqrt(2)) / 2, [x, loc, scale],
         scipy_value=stats.norm.cdf(x, loc, scale) if check else None)
for x, loc, l in [(0.5, -1, 0.75), (3, 1, -4), (0.25, 0, 40), (0.25, 0.25, -80), (1, 2, 0)]:
    emit("log_variance_log_prob", lambda x, m, l: log_prob(x, m, mpmath.exp(l / 2)), [x, loc, l])
    emit("log_variance_kl_standard", lambda m, l: (mpmath.exp(l) + m**2 - 1 - l) / 2, [loc, l])
pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
far = [[1, 0.5, 0, 1], [0, 2.0**-20, 0, 1], [0, 1, 0, 2.0**-10], [50, 1, -50, 1], [1e3, 4, 1e3, 2.0**20], [3, 2, 3, 2]]
for i, args in enumerate(pairs + far):
    m0, s0, m1, s1 = map(mpf, args)
    definition = None
    if i < len(pairs):
        log_q = lambda x: log_prob(x, m0, s0)
        definition = expectation(log_q, lambda x: log_q(x) - log_prob(x, m1, s1),
                                 [m0 + k * s0 for k in (-20, -10, -5, 0, 5, 10, 20)])
    emit("kl", kl, args, definition=definition)
