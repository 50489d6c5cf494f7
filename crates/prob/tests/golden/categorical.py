"""Writes categorical.csv: see common.py."""

from common import emit, mpf, mpmath, numpy, single, start, xlogy
from scipy import stats


def softmax(logits):
    top = max(logits)
    e = [mpmath.exp(l - top) for l in logits]
    return [v / mpmath.fsum(e) for v in e]


def log_prob(x, *logits):
    return mpmath.log(softmax(logits)[int(x)])


def entropy(*logits):
    return -mpmath.fsum(xlogy(v, v) for v in softmax(logits))


def kl(*logits):
    p, q = softmax(logits[:4]), softmax(logits[4:])
    return mpmath.fsum(v * (mpmath.log(v) - mpmath.log(w)) for v, w in zip(p, q))


rng = start(20240504)
rows = [[single(v) for v in rng.normal(size=4) * 2] for _ in range(5)]
rows += [[0, 0, 0, 0], [100, -100, 0, 50], [1e4, 1e4, 0, 0], [-1e4, -1e4, -1e4, -10001]]
for i, logits in enumerate(rows):
    p = [float(v) for v in softmax([mpf(l) for l in logits])]
    for x in range(4):
        emit("log_prob", log_prob, [x, *logits], [1, 2, 3, 4],
             numpy.log(stats.multinomial.pmf(numpy.eye(4)[x], 1, p)) if i < 5 else None)
    emit("entropy", entropy, logits, scipy_value=stats.entropy(p))
for i, (a, b) in enumerate(zip(rows, rows[1:])):
    p, q = ([float(v) for v in softmax([mpf(l) for l in row])] for row in (a, b))
    emit("kl", kl, [*a, *b], scipy_value=stats.entropy(p, q) if i < 4 else None)
for logits in rows:
    for x in range(3):
        emit("cdf", lambda x, *l: mpmath.fsum(softmax(l)[:int(x) + 1]), [x, *logits], [1, 2, 3, 4])
