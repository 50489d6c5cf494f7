"""Writes transformed.csv: see common.py. Densities of a function of a normal variable."""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats

log, exp = mpmath.log, mpmath.exp


def normal(x, loc, scale):
    return -((x - loc) / scale) ** 2 / 2 - log(scale) - log(2 * mpmath.pi) / 2


def density(inverse, log_slope):
    return lambda y, loc, scale: normal(inverse(y), loc, scale) - log_slope(y)


EXP = density(log, log)
TANH = density(mpmath.atanh, lambda y: log(1 - y * y))
SIGMOID = density(lambda y: log(y / (1 - y)), lambda y: log(y * (1 - y)))
SOFTPLUS = density(lambda y: log(mpmath.expm1(y)), lambda y: log(1 - exp(-y)))

rng = start(20240601)
tiny = 2.0**-20
moderate = [(single(rng.normal() / 2), single(exp(rng.normal() / 2))) for _ in range(8)]
for loc, scale in moderate:
    x = loc + scale * rng.normal()
    y = single(numpy.exp(x))
    emit("exp", EXP, [y, loc, scale], scipy_value=stats.lognorm.logpdf(y, scale, scale=numpy.exp(loc)))
    emit("tanh", TANH, [single(numpy.tanh(x)), loc, scale])
    emit("sigmoid", SIGMOID, [single(1 / (1 + numpy.exp(-x))), loc, scale])
    emit("softplus", SOFTPLUS, [single(numpy.log1p(numpy.exp(x))), loc, scale])
for loc, scale in [(0, 1), (1, 2), (-3, 4)]:
    for y in (tiny, 2.0**-60, 0.5, 1, 2.0**20, 2.0**60):
        emit("exp", EXP, [y, loc, scale])
    for y in (0, 2.0**-60, 0.5, -0.75, 1 - tiny, tiny - 1):
        emit("tanh", TANH, [y, loc, scale])
    for y in (2.0**-60, tiny, 0.5, 0.75, 1 - tiny):
        emit("sigmoid", SIGMOID, [y, loc, scale])
    for y in (2.0**-60, tiny, 0.6875, 1, 20, 100):
        emit("softplus", SOFTPLUS, [y, loc, scale])

# The log-determinant at x, where y rounds to the end of its range.
for x in (-50, -20, -1, 0, tiny, 0.75, 20, 50):
    emit("tanh log_det", lambda x: 2 * (log(2) - abs(x) - mpmath.log1p(exp(-2 * abs(x)))), [x], by=[0] if x else [])
    emit("sigmoid log_det", lambda x: -log(1 + exp(-x)) - log(1 + exp(x)), [x])
    emit("softplus log_det", lambda x: -log(1 + exp(-x)), [x])

# Distribution functions, also of a decreasing map, y = shift + slope·tanh x, where it is 1 − Φ.
def below(inverse):
    return lambda y, loc, scale: mpmath.ncdf((inverse(y) - loc) / scale)


def tanh_down(y, loc, scale, shift, slope):
    return mpmath.ncdf((loc - mpmath.atanh((y - shift) / slope)) / scale)


BELOW = {
    "exp": (below(log), (2.0**-60, tiny, 0.75, 1, 2.0**20)),
    "tanh": (below(mpmath.atanh), (tiny - 1, -0.75, 0, 0.5, 1 - tiny)),
    "sigmoid": (below(lambda y: log(y / (1 - y))), (2.0**-60, tiny, 0.25, 0.75, 1 - tiny)),
    "softplus": (below(lambda y: log(mpmath.expm1(y))), (2.0**-60, tiny, 0.6875, 1, 20)),
}
for loc, scale in [*moderate[:3], (0, 1), (-3, 4)]:
    for name, (f, points) in BELOW.items():
        for y in points:
            check = stats.lognorm.cdf(y, scale, scale=numpy.exp(loc)) if name == "exp" else None
            emit(f"{name} cdf", f, [y, loc, scale], scipy_value=check)
    for y in (-0.875, 0.25, 1, 2.0):
        emit("tanh down cdf", tanh_down, [y, loc, scale, 0.75, -2])
