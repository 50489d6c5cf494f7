"""Writes uniform.csv: see common.py."""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats

rng = start(20261127)
moderate = []
for _ in range(8):
    low = single(rng.normal())
    high = single(low + numpy.exp(rng.normal()))
    moderate.append([single(low + (high - low) * rng.uniform(0.05, 0.95)), low, high])
extreme = [[0, -(2.0**60), 2.0**60], [1 + 2.0**-21, 1, 1 + 2.0**-20], [1e6, -1e6, 1e6 + 1], [0.5, 0, 2.0**-1 + 2.0**-20]]
for i, (x, low, high) in enumerate(moderate + extreme):
    check = i < len(moderate)
    emit("log_prob", lambda x, a, b: -mpmath.log(b - a), [x, low, high],
         scipy_value=stats.uniform.logpdf(x, low, high - low) if check else None)
    emit("cdf", lambda x, a, b: (x - a) / (b - a), [x, low, high],
         scipy_value=stats.uniform.cdf(x, low, high - low) if check else None)
    emit("entropy", lambda a, b: mpmath.log(b - a), [low, high])
    emit("kl", lambda a, b, c, d: mpmath.log((d - c) / (b - a)), [low, high, single(low - 0.75), single(high + 1e3)])
emit("kl", lambda a, b, c, d: mpmath.log((d - c) / (b - a)), [0, 1, -(2.0**-20), 1])
