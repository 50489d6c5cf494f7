"""Writes one_hot_categorical.csv: see common.py. Arguments are four logits, and the class whose vector x is."""

from common import emit, mpmath, numpy, single, start
from scipy import special


def log_probs(l):
    total = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in l))
    return [v - total for v in l]


def entropy(*l):
    return -mpmath.fsum(mpmath.exp(p) * p for p in log_probs(l))


rng = start(20261129)
rows = [[single(v) for v in rng.normal(size=4) * 2] for _ in range(6)]
rows += [[50, -50, 0, 2.0**-20], [0, 0, 0, 0], [2.0**-21, 0, -(2.0**-21), 0], [80, 79.5, -80, 30]]
for l in rows:
    for c in range(4):
        emit(f"log_prob_{c}", lambda *l: log_probs(l)[c], l, scipy_value=float(special.log_softmax(l)[c]))
    emit("entropy", entropy, l)
    emit("kl_uniform", lambda *l: mpmath.log(4) - entropy(*l), l)
for a, b in zip(rows, rows[1:]):
    emit("kl", lambda *l: mpmath.fsum(mpmath.exp(q) * (q - p) for q, p in zip(log_probs(l[:4]), log_probs(l[4:]))), a + b)
for l in rows:
    for c in range(4):
        emit(f"cdf_{c}", lambda *l: mpmath.fsum(mpmath.exp(p) for i, p in enumerate(log_probs(l)) if i != c), l)
