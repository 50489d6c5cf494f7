"""Writes laplace_and_normal.csv: see common.py.

The arguments are location and scale of the first distribution, then of the second.
"""

from common import emit, expectation, mpf, mpmath, numpy, single, start


def log_laplace(x, loc, scale):
    return -abs(x - loc) / scale - mpmath.log(2 * scale)


def log_normal(x, loc, scale):
    return -(((x - loc) / scale) ** 2) / 2 - mpmath.log(scale) - mpmath.log(2 * mpmath.pi) / 2


def laplace_to_normal(m, b, loc, scale):
    """Cross-entropy less entropy."""
    square = 2 * b**2 + (m - loc) ** 2
    return square / (2 * scale**2) + mpmath.log(scale) + mpmath.log(2 * mpmath.pi) / 2 - mpmath.log(2 * b) - 1


def normal_to_laplace(m, scale, loc, b):
    d = m - loc
    t = d / scale
    distance = scale * mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-(t**2) / 2) + d * mpmath.erf(t / mpmath.sqrt(2))
    return distance / b + mpmath.log(2 * b) - mpmath.log(2 * mpmath.pi * mpmath.e * scale**2) / 2


def definition(log_q, log_p, q, p):
    """∫ q log(q/p), between points where neither has a kink."""
    points = sorted([q[0] + k * q[1] for k in (-80, -20, -5, -1, 0, 1, 5, 20, 80)] + [p[0]])
    return expectation(lambda x: log_q(x, *q), lambda x: log_q(x, *q) - log_p(x, *p), points)


rng = start(20240624)
moderate = [[single(v) for v in (rng.normal(), numpy.exp(rng.normal() / 2), rng.normal(), numpy.exp(rng.normal() / 2))]
            for _ in range(6)]
extreme = [[3, 2, 3, 2], [2.0**-20, 1, 0, 1], [0, 1, 5, 1], [0, 1, 30, 1], [-100, 1, 100, 1], [0, 2.0**-20, 0, 1],
           [0, 1, 0, 2.0**-10], [0, 2.0**-10, 2.0**-8, 2.0**10], [2.0**30, 2.0**30, 0, 2.0**25], [1, 2.0**-60, 0, 1],
           [1, 2.0**-60, 0, 2.0**60], [8, 2.0**60, 0, 2.0**60], [5, 2.0**-40, 4, 2.0**-10], [0, 1, 2.0**-30, 1]]
for i, args in enumerate(moderate + extreme):
    q, p = ([mpf(v) for v in pair] for pair in (args[:2], args[2:]))
    check = i < len(moderate)
    emit("laplace to normal", laplace_to_normal, args,
         definition=definition(log_laplace, log_normal, q, p) if check else None)
    emit("normal to laplace", normal_to_laplace, args,
         definition=definition(log_normal, log_laplace, q, p) if check else None)
