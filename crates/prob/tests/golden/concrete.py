"""Writes concrete.csv: see common.py. Vectors need not sum to 1 to the last digit: the formula is compared where they do
not, with derivatives by each element by itself."""

from common import emit, mp, mpmath, numpy, single, start

mp.dps = 150  # steps of differences must be small beside 2⁻¹⁰⁰


def exp_concrete(*args):
    y, logits, temperature = args[:3], args[3:6], args[6]
    w = [l - temperature * v for l, v in zip(logits, y)]
    total = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in w))
    return mpmath.loggamma(3) + 2 * mpmath.log(temperature) + mpmath.fsum(w) - 3 * total


def concrete(*args):
    """Equation 10 of Maddison et al., as it stands."""
    x, alpha, temperature = args[:3], [mpmath.exp(l) for l in args[3:6]], args[6]
    numerator = mpmath.fprod(a * v ** (-temperature - 1) for a, v in zip(alpha, x))
    total = mpmath.fsum(a * v**-temperature for a, v in zip(alpha, x))
    return mpmath.log(mpmath.gamma(3) * temperature**2 * numerator / total**3)


rng = start(20240604)
for _ in range(10):
    logits = [single(v) for v in rng.normal(size=3) * 2]
    temperature = single(numpy.exp(rng.normal()))
    u = (logits + rng.gumbel(size=3)) / temperature
    y = u - u.max() - numpy.log(numpy.exp(u - u.max()).sum())
    emit("exp_concrete", exp_concrete, [*map(single, y), *logits, temperature])
    if y.min() > -60:
        emit("concrete", concrete, [*map(single, numpy.exp(y)), *logits, temperature])
corner = [2.0**-10, 2.0**-20, 1 - 2.0**-10]
for x in (corner, [2.0**-60, 2.0**-30, 1], [0.25, 0.25, 0.5], [2.0**-100, 1 - 2.0**-24, 2.0**-24]):
    for logits in ([0, 0, 0], [1, -2, 0.5], [50, -50, 0], [2.0**-20, 0, -(2.0**-20)]):
        for temperature in (2.0**-7, 0.625, 1, 4, 100):
            emit("concrete", concrete, [*x, *logits, temperature])
for y in ([-1000, -2000, 0], [-1e5, 0, -30], [-0.693359375, -0.693359375, -90]):
    for logits in ([0, 0, 0], [1, -2, 0.5], [50, -50, 0]):
        for temperature in (2.0**-10, 2.0**-7, 0.5, 2):
            emit("exp_concrete", exp_concrete, [*y, *logits, temperature])
