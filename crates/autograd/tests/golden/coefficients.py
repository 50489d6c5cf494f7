"""Prints the polynomials of src/kernels/math/erf.rs: minimax in relative error, with coefficients of single precision.

    pip install mpmath==1.4.1 && python coefficients.py

Remez' exchange finds the polynomial of least weighted error; its coefficients are then rounded, and the error printed is that of the
rounded polynomial in exact arithmetic.
"""

import struct

from mpmath import cos, erf, erfc, exp, linspace, log, lu_solve, matrix, mp, mpf, nstr, pi, polyval, sqrt

mp.dps = 40
single = lambda x: mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def remez(f, weight, lo, hi, degree):
    """The coefficients, lowest first, that make the largest weight·|p − f| over [lo, hi] least."""
    free = degree + 1
    node = lambda i, n: (lo + hi) / 2 - (hi - lo) / 2 * cos(pi * i / n)
    grid = [node(i, 300) for i in range(301)]
    table = [(x, f(x), weight(x)) for x in grid]
    at = [node(i, free) for i in range(free + 1)]
    for _ in range(12):
        a, b = matrix(free + 1, free + 1), matrix(free + 1, 1)
        for i, x in enumerate(at):
            for j in range(free):
                a[i, j] = x**j
            a[i, free] = (-1) ** i / weight(x)
            b[i] = f(x)
        solution = lu_solve(a, b)
        p = [solution[j] for j in range(free)]
        error = [w * (polyval(p[::-1], x) - y) for x, y, w in table]
        peaks = []
        for i, e in enumerate(error):
            if peaks and (e > 0) == (error[peaks[-1]] > 0):
                if abs(e) > abs(error[peaks[-1]]):
                    peaks[-1] = i
            else:
                peaks.append(i)
        while len(peaks) > free + 1:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        if len(peaks) <= free or max(map(abs, error)) < abs(solution[free]) * mpf("1.001"):
            break
        at = [grid[i] for i in peaks]
    return p


def show(name, f, weight, lo, hi, degree):
    p = [single(c) for c in remez(f, weight, lo, hi, degree)]
    worst = max(weight(x) * abs(polyval(p[::-1], x) - f(x)) for x in linspace(lo, hi, 2001))
    print(f"{name}: relative error 2^{nstr(log(worst, 2), 4)}")
    for c in p:
        print("   ", repr(float(c)))


# erf x = x + x·p(x²) for |x| ≤ 1.
p = lambda s: erf(sqrt(s)) / sqrt(s) - 1
show("erf near 0", p, lambda s: 1 / (1 + p(s)), mpf("1e-12"), mpf(1), 6)

# m(x) = eˣ² erfc x, as a polynomial in x − 5/4 for 0.49 ≤ x ≤ 2, and as v·p(v − ¼) with v = 1/x for 2 ≤ x ≤ 10.3.
m = lambda x: exp(x * x) * erfc(x)
show("scaled erfc, middle", lambda u: m(u + 1.25), lambda u: 1 / m(u + 1.25), mpf("-0.76"), mpf("0.75"), 11)
p = lambda u: m(1 / (u + 0.25)) / (u + 0.25)
show("scaled erfc, far", p, lambda u: 1 / p(u), 1 / mpf("10.3") - mpf("0.25"), mpf("0.25"), 7)
