"""What the scripts beside this one share.

Each of them writes the golden values of one distribution, computed with mpmath in 60 digits from the definitions:

    pip install numpy scipy mpmath && python normal.py > normal.csv

A line is: what, number of arguments, arguments, value, and the derivative of the value by each argument, `-` where there
is none to compare. Arguments are exact in single precision. At moderate points log-densities are compared with
scipy.stats, and entropies and divergences with numerical integration of their definitions; the script stops where they
differ.
"""

import os
import sys

import mpmath
import numpy
import scipy
from mpmath import mp, mpf

mp.dps = 60
inf = mpmath.inf
sys.stdout.reconfigure(encoding="utf-8", newline="\n")


def start(seed):
    """The version line, and a generator for arguments."""
    print(f"# {os.path.basename(sys.argv[0])}: python {sys.version.split()[0]}, numpy {numpy.__version__}, "
          f"scipy {scipy.__version__}, mpmath {mpmath.__version__}")
    return numpy.random.default_rng(seed)


def single(x):
    """The number nearest to x in single precision."""
    return float(numpy.float32(x))


def emit(what, f, args, by=None, scipy_value=None, definition=None):
    """A line for f at the arguments, which are given to it as mpf, with the derivatives by those whose numbers are in
    `by`, all of them unless it is given."""
    for a in args:
        assert single(a) == a, (what, args, "is not exact in single precision")
    exact = [mpf(a) for a in args]
    value = f(*exact)
    if scipy_value is not None:
        assert abs(float(value) - scipy_value) <= 1e-10 * max(1, abs(scipy_value)), (what, args, value, scipy_value)
    if definition is not None:
        assert abs(value - definition) <= mpf(10) ** -15 * max(1, abs(value)), (what, args, value, definition)
    by = range(len(args)) if by is None else by
    slopes = [mpmath.nstr(derivative(f, exact, i), 20) if i in by else "-" for i in range(len(args))]
    print(what, len(args), *(repr(float(a)) for a in args), mpmath.nstr(value, 20), *slopes, sep=",")


def derivative(f, args, i):
    """∂f/∂(argument i), by differences in as many digits as that takes."""
    return mpmath.diff(lambda x: f(*args[:i], x, *args[i + 1:]), args[i])


def expectation(log_q, f, points):
    """E_q[f] by quadrature between the given points."""
    return mpmath.quad(lambda x: mpmath.exp(log_q(x)) * f(x), points)


def xlogy(p, y):
    return mpf(0) if p == 0 else p * mpmath.log(y)
