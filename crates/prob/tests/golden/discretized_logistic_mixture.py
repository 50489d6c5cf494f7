"""Writes discretized_logistic_mixture.csv: see common.py.

The arguments are x, the number of levels, and the logits, locations and scales of three components.
"""

import discretized_logistic as component
from common import emit, mpmath, numpy, single, start


def probs(logits):
    top = max(logits)
    e = [mpmath.exp(l - top) for l in logits]
    return [v / mpmath.fsum(e) for v in e]


def mix(f):
    """Σ softmax(l)ₘ f(…, μₘ, sₘ, L) as a function of all arguments."""
    return lambda x, levels, *p: mpmath.fsum(w * f(x, m, s, levels) for w, m, s in zip(probs(p[:3]), p[3:6], p[6:]))


def log_prob(*args):
    return mpmath.log(mix(lambda x, m, s, levels: component.mass(component.level(x, levels), m, s, levels))(*args))


mean = mix(lambda x, m, s, levels: component.mean(m, s, levels))


def variance(*args):
    m = mean(*args)
    return mix(lambda x, loc, s, levels: component.moment(loc, s, levels, lambda y: (y - m) ** 2))(*args)


def entropy(_, levels, *p):
    k = range(int(levels))
    masses = [mix(lambda k, m, s, levels: component.mass(k, m, s, levels))(k, levels, *p) for k in k]
    return -mpmath.fsum(p * mpmath.log(p) for p in masses)


rng = start(20240623)
rows = [[single(v) for v in (*rng.normal(size=3) * 2, *rng.uniform(size=3), *numpy.exp(rng.normal(size=3) - 3))] for _ in range(5)]
rows += [[50, -50, 0, 0, 0.5, 1, 2.0**-10, 2.0**-10, 2.0**-10], [0, 0, 0, 0.25, 0.25, 0.75, 2.0**-20, 1, 2.0**20]]
for i, row in enumerate(rows):
    for k in (0, 40, 127, 200, 255):
        x = single(k / 255)
        emit("log_prob", log_prob, [x, 256, *row], range(2, 11))
        if 0 < k < 255:
            emit("cdf", mix(component.cdf), [x, 256, *row], range(2, 11))
    if i in (0, 5):
        emit("mean", mean, [0, 16, *row], range(2, 11))
        emit("variance", variance, [0, 16, *row], range(2, 11))
    if i in (0, 1, 5, 6):
        emit("entropy", entropy, [0, 16, *row], range(2, 11))
