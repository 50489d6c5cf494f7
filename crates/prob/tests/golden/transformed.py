"""Writes transformed.csv: see common.py. The normal distribution carried by exp, tanh, sigmoid and softplus, and then by
y -> 0.25 + 1.5 y."""

from common import emit, mp, mpmath, numpy, single, start


def normal(x, loc, scale):
    return -((x - loc) / scale) ** 2 / 2 - mpmath.log(scale) - mpmath.log(2 * mpmath.pi) / 2


def exp(y, loc, scale):
    return normal(mpmath.log(y), loc, scale) - mpmath.log(y)


def tanh(y, loc, scale):
    return normal(mpmath.atanh(y), loc, scale) - mpmath.log(1 - y**2)


def sigmoid(y, loc, scale):
    return normal(mpmath.log(y / (1 - y)), loc, scale) - mpmath.log(y) - mpmath.log(1 - y)


def softplus(y, loc, scale):
    return normal(mpmath.log(mpmath.expm1(y)), loc, scale) - mpmath.log(-mpmath.expm1(-y))


rng = start(20261130)
below, above = 1 - 2.0**-24, -1 + 2.0**-24
for _ in range(6):
    loc, scale, x = single(rng.normal()), single(numpy.exp(rng.normal() / 2)), rng.normal()
    for name, f, y in [("exp", exp, numpy.exp(x)), ("tanh", tanh, numpy.tanh(x)), ("sigmoid", sigmoid, 1 / (1 + numpy.exp(-x))),
                       ("softplus", softplus, numpy.log1p(numpy.exp(x)))]:
        emit(name, f, [single(y), loc, scale])
        emit(name + "_affine", lambda y, m, s: f((y - mpmath.mpf("0.25")) / mpmath.mpf("1.5"), m, s) - mpmath.log(mpmath.mpf("1.5")),
             [single(0.25 + 1.5 * single(y)), loc, scale], by=[1, 2] if name != "exp" else None)
for y in [2.0**-60, 2.0**-20, 1.0, 2.0**40]:
    emit("exp", exp, [y, 0.5, 2])
for y in [2.0**-60, 2.0**-20, 1.0, 60, 1e6]:
    emit("softplus", softplus, [y, 0.5, 16])
for y in [above, -0.5, 2.0**-40, 0.96875]:
    emit("tanh", tanh, [y, 0.5, 4], by=[1, 2] if y == above else None)
for y in [2.0**-60, 2.0**-20, 0.5, 0.96875, below]:
    emit("sigmoid", sigmoid, [y, 0.5, 8], by=[1, 2] if y == below else None)
