"""Writes elementwise.csv: elementary functions and their derivatives in 50 digits.

    pip install mpmath==1.4.1 && python elementwise.py > elementwise.csv

A line is: function, argument, value, rest, derivative. The value is the nearest double and the rest is what it lacks in units of its
last place, so that errors are known to a small part of one. Half of the arguments are exact in single precision. `python
elementwise.py N` writes N random arguments a function instead of 60: the largest errors found by N = 4000 stand in WORST, and are
always written.
"""

import random
import struct
import sys

import mpmath
from mpmath import erf, exp, expm1, log, log1p, mp, mpf, nstr, pi, sech, sqrt, tanh

mp.dps = 50
random.seed(20240501)
single = lambda x: struct.unpack("f", struct.pack("f", x))[0]

# mpmath's own fails for huge arguments.
erfc = lambda x: mpmath.erfc(x) if abs(x) < 1e6 else mpf(0 if x > 0 else 2)
sigmoid = lambda x: 1 / (1 + exp(-x))
softplus = lambda x: log1p(exp(x))
cdf = lambda x: erfc(-x / sqrt(2)) / 2
density = lambda x: exp(-x * x / 2) / sqrt(2 * pi)
gauss = lambda x: 2 / sqrt(pi) * exp(-x * x)

# Value, derivative, and the range where the function is neither constant nor linear.
FUNCTIONS = {
    "exp": (exp, exp, -750, 710),
    "exp_m1": (expm1, exp, -40, 710),
    "ln": (log, lambda x: 1 / x, 0, 10),
    "ln_1p": (log1p, lambda x: 1 / (1 + x), -1, 10),
    "log1mexp": (lambda x: log(-expm1(x)) if x > -1 else log1p(-exp(x)), lambda x: -1 / expm1(-x), -750, 0),
    "tanh": (tanh, lambda x: sech(x) ** 2, -22, 22),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), -750, 40),
    "softplus": (softplus, sigmoid, -750, 40),
    "log_sigmoid": (lambda x: -softplus(-x), lambda x: sigmoid(-x), -40, 750),
    "erf": (erf, gauss, -6, 6),
    "erfc": (erfc, lambda x: -gauss(x), -6, 27.5),
    "elu": (lambda x: x if x > 0 else expm1(x), lambda x: mpf(1) if x > 0 else exp(x), -40, 1),
    "gelu": (lambda x: x * cdf(x), lambda x: cdf(x) + x * density(x), -37.5, 9),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), -760, 40),
}

# The ends of both types' ranges, of their normal and subnormal numbers and of what the functions can tell from their limits.
SPECIAL = [5e-324, 2.3e-308, single(1e-45), single(1.2e-38), 2.0**-60, 2.0**-24, 2.0**-12, 0.5, 1 - 2.0**-24, 1.0, 1 + 2.0**-23]
SPECIAL += [2.0, 17.0, 26.6, 27.1, 88.5, 89.0, 103.5, 104.0, 150.0, 709.5, 745.0, 746.0, 1e4, 2.0**24, 2.0**60, single(3.4e38), 1.7e308]

WORST = {
    "exp": [261.740478515625],
    "exp_m1": [0.358485384480114, 0.3666419982910156],
    "ln": [1.5465764958711758],
    "ln_1p": [1.6220483327558024, -0.6186419828045655],
    "log1mexp": [-0.9576451778411865],
    "tanh": [0.5052517056465149],
    "sigmoid": [-2.0213146209716797],
    "softplus": [0.09369066279139843],
    "log_sigmoid": [1.3003262391690824],
    "erf": [0.026432372629642487],
    "erfc": [1.3624903447464485],
    "elu": [-1.3507651090621948],
    "gelu": [-29.001314163208008],
    "silu": [-704.5779617095897],
}


def arguments(name, lo, hi, n):
    xs = [s * x for x in SPECIAL for s in (-1, 1)] + WORST.get(name, [])
    for i in range(n):
        kind = i // 2 % 3
        near = random.choice([-1, 1]) * 2 ** random.uniform(-30, 1)
        x = [random.uniform(lo, hi), random.uniform(max(lo, -4), min(hi, 4)), near][kind]
        xs.append(single(x) if i % 2 else x)
    inside = {"ln": lambda x: x > 0, "ln_1p": lambda x: x > -1, "log1mexp": lambda x: x < 0}.get(name, lambda x: True)
    return [x for x in xs if inside(x)]


def ulp(x):
    exponent = max(mpmath.frexp(x)[1] - 1, -1022) if x else -1022
    return mpf(2) ** (exponent - 52)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"# elementwise.py: python {sys.version.split()[0]}, mpmath {mpmath.__version__}")
    for name, (f, df, lo, hi) in FUNCTIONS.items():
        for x in arguments(name, lo, hi, n):
            y = f(mpf(x))
            nearest = float(y)
            rest = (y - nearest) / ulp(y) if abs(nearest) != float("inf") else 0
            print(name, repr(x), repr(nearest), nstr(mpf(rest), 4), repr(float(df(mpf(x)))), sep=",")


main()
