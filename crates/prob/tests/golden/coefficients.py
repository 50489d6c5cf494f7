"""Prints the tables of src/special: polynomials for single and double precision, and the nodes of the quadrature.

    pip install mpmath==1.4.1 numpy && python coefficients.py

Each function is interpolated at Chebyshev's points, in exact arithmetic and in a variable t from −1 to 1, by the polynomial
of least degree whose terms left out are below 2⁻²⁷ and 2⁻⁵⁷ of its greatest value (or as it says). The relative error printed
is that of the polynomial with rounded coefficients, evaluated exactly.
"""

import numpy
from mpmath import cos, erfc, erfinv, exp, findroot, linspace, log, loggamma, mp, mpf, nstr, pi, polyval, psi, sqrt

mp.dps = 60
POINTS = 80


def chebyshev(f):
    """The coefficients of the interpolant in Chebyshev's polynomials."""
    at = [pi * (k + mpf(1) / 2) / POINTS for k in range(POINTS)]
    y = [f(cos(a)) for a in at]
    c = [2 * sum(v * cos(j * a) for v, a in zip(y, at)) / POINTS for j in range(POINTS)]
    return [c[0] / 2, *c[1:]], max(map(abs, y))


def monomials(c):
    """Σ cⱼ Tⱼ(t) as Σ pₖ tᵏ."""
    p, before, here = [mpf(0)] * len(c), [mpf(1)], [mpf(0), mpf(1)]
    for cj in c:
        for k, b in enumerate(before):
            p[k] += cj * b
        after = [mpf(0)] + [2 * h for h in here]
        for k, b in enumerate(before):
            after[k] -= b
        before, here = here, after
    return p


def show(name, f, single=27, double=57):
    c, greatest = chebyshev(f)
    checks = [(t, f(t)) for t in linspace(mpf(-1), mpf(1), 300)[1:-1]]
    for kind, bits, rounded in [("single", single, numpy.float32), ("double", double, float)]:
        if not bits:
            continue
        n = next(n for n in range(POINTS) if sum(map(abs, c[n:])) < greatest / 2**bits)
        p = [mpf(float(rounded(float(v)))) for v in monomials(c[:n])]
        error = max(abs(polyval(p[::-1], t) / y - 1) for t, y in checks)
        print(f"{name}, {kind}: {n} coefficients, relative error 2^{nstr(log(error, 2), 4)}")
        print("    " + ", ".join(str(rounded(float(v))) for v in p))


def between(lo, hi, f):
    """f as a function of t, where its own variable runs from lo to hi."""
    lo, hi = mpf(lo), mpf(hi)
    return lambda t: f((lo + hi) / 2 + (hi - lo) / 2 * t)


# ln Γ(1 + z) = z (z − 1)·p(z), 0 ≤ z ≤ 2.
show("ln Γ", between(0, 2, lambda z: loggamma(1 + z) / (z * (z - 1))))

# What Stirling's formula leaves, δ(x), and its derivatives, by w = 1/x from 0 to 1.
delta = [
    lambda x: loggamma(x) - (x - mpf(1) / 2) * log(x) + x - log(2 * pi) / 2,
    lambda x: psi(0, x) - log(x) + 1 / (2 * x),
    lambda x: psi(1, x) - 1 / x - 1 / (2 * x**2),
    lambda x: psi(2, x) + 1 / x**2 + 1 / x**3,
]
for n, d in enumerate(delta):
    show(f"x^{n + 1} times derivative {n} of δ", between(0, 1, lambda w: d(1 / w) / w ** (n + 1)))

# (1 + x)·M(x) with Mills' ratio M(x) = (1 − Φ(x))/φ(x), by t = (x − 4)/(x + 4).
mills = lambda x: sqrt(pi / 2) * exp(x * x / 2) * erfc(x / sqrt(mpf(2)))
show("Mills' ratio", lambda t: (1 + 4 * (1 + t) / (1 - t)) * mills(4 * (1 + t) / (1 - t)))


# Φ⁻¹(½ + q)/q by q², |q| ≤ 3/8, and −Φ⁻¹(p)/s by 1/s with s = √(−ln p), p from 1/8 to the least number of single precision.
centre = lambda r: sqrt(mpf(2)) * erfinv(2 * sqrt(r)) / sqrt(r)
show("Φ⁻¹ in the centre", between(0, mpf(9) / 64, centre), double=None)


def tail(u):
    s2 = 1 / u**2
    start = sqrt(2 * s2 - log(4 * pi * s2)) if s2 > 5 else 1.5
    return findroot(lambda x: log(erfc(x / sqrt(mpf(2))) / 2) + s2, start) * u


show("Φ⁻¹ in the tail, single precision", between(1 / sqrt(149 * log(mpf(2))), 1 / sqrt(log(mpf(8))), tail), double=None)
# The same down to the least number of double precision: where an iteration begins.
show("Φ⁻¹ in the tail, to begin with",
     between(1 / sqrt(1074 * log(mpf(2))), 1 / sqrt(log(mpf(8))), tail), single=None, double=19)

# Gauss' quadrature over [0, 1]: the nodes below ½ with their weights; the others are their mirror images.
for n in (28, 8):
    nodes, weights = numpy.polynomial.legendre.leggauss(n)
    print(n, "nodes and weights")
    for x, w in list(zip(nodes, weights))[: n // 2]:
        print(f"    ({float((1 + x) / 2)!r}, {float(w / 2)!r}),")
