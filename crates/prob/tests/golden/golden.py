"""Writes golden.csv: densities, entropies and divergences by an independent implementation.

    pip install numpy scipy mpmath && python golden.py > golden.csv

Every value is computed with mpmath in 60 digits from the definition, at inputs that are exact in single precision.
At the moderate points log-densities are compared with scipy.stats, and entropies and divergences of the
one-dimensional distributions with numerical integration (sums, where discrete) of the definition; the script stops
if they differ. A line is: what, number of arguments, arguments, value.
"""

import sys

import mpmath
import numpy
import scipy
from mpmath import mp, mpf
from scipy import stats

mp.dps = 60
rng = numpy.random.default_rng(20240501)
single = lambda x: float(numpy.float32(x))
inf = mpmath.inf


def emit(what, args, value, scipy_value=None, definition=None):
    if scipy_value is not None:
        assert abs(float(value) - scipy_value) <= 1e-10 * max(1, abs(scipy_value)), (what, args, value, scipy_value)
    if definition is not None:
        assert abs(value - definition) <= mpf(10) ** -15 * max(1, abs(value)), (what, args, value, definition)
    print(what, len(args), *(repr(float(a)) for a in args), mpmath.nstr(value, 20), sep=",")


def expectation(log_q, f, points):
    """E_q[f] by quadrature between the given points."""
    return mpmath.quad(lambda x: mpmath.exp(log_q(x)) * f(x), points)


def normal_log_prob(x, loc, scale):
    x, loc, scale = map(mpf, (x, loc, scale))
    return -((x - loc) / scale) ** 2 / 2 - mpmath.log(scale) - mpmath.log(2 * mpmath.pi) / 2


def normal():
    moderate = [[single(v) for v in (rng.normal() * 2, rng.normal(), numpy.exp(rng.normal() / 2))] for _ in range(8)]
    extreme = [[1e6, 0, 2**-10], [2**-20, 0, 2**-20], [0, 0, 2.0**60], [-30, 30, 1], [40, 40, 2.0**-60], [1e6, 1e6 + 1, 0.5]]
    for i, (x, loc, scale) in enumerate(moderate + extreme):
        check = i < len(moderate)
        emit("normal_log_prob", [x, loc, scale], normal_log_prob(x, loc, scale),
             stats.norm.logpdf(x, loc, scale) if check else None)
        emit("normal_entropy", [scale], mpmath.log(2 * mpmath.pi * mpmath.e * mpf(scale) ** 2) / 2,
             stats.norm.entropy(loc, scale))
    for x, loc, l in [(0.5, -1, 0.75), (3, 1, -4), (0.25, 0, 40), (0.25, 0.25, -80), (1, 2, 0)]:
        emit("normal_log_variance_log_prob", [x, loc, l], normal_log_prob(x, loc, mpmath.exp(mpf(l) / 2)))
        emit("normal_log_variance_kl_standard", [loc, l], (mpmath.exp(l) + mpf(loc) ** 2 - 1 - mpf(l)) / 2)
    pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
    far = [[1, 0.5, 0, 1], [0, 2.0**-20, 0, 1], [0, 1, 0, 2.0**-10], [50, 1, -50, 1], [1e3, 4, 1e3, 2.0**20], [3, 2, 3, 2]]
    for i, (m0, s0, m1, s1) in enumerate(pairs + far):
        m0_, s0_, m1_, s1_ = map(mpf, (m0, s0, m1, s1))
        value = (s0_**2 / s1_**2 + ((m0_ - m1_) / s1_) ** 2 - 1 - mpmath.log(s0_**2 / s1_**2)) / 2
        log_q = lambda x: normal_log_prob(x, m0, s0)
        definition = expectation(log_q, lambda x: log_q(x) - normal_log_prob(x, m1, s1),
                                 [m0_ + k * s0_ for k in (-20, -10, -5, 0, 5, 10, 20)]) if i < len(pairs) else None
        emit("normal_kl", [m0, s0, m1, s1], value, definition=definition)


def laplace_log_prob(x, loc, scale):
    x, loc, scale = map(mpf, (x, loc, scale))
    return -abs(x - loc) / scale - mpmath.log(2 * scale)


def laplace():
    moderate = [[single(v) for v in (rng.normal() * 2, rng.normal(), numpy.exp(rng.normal() / 2))] for _ in range(8)]
    extreme = [[1e6, 0, 2**-10], [0, 0, 2.0**60], [-30, 30, 1], [40, 40, 2.0**-60]]
    for i, (x, loc, scale) in enumerate(moderate + extreme):
        emit("laplace_log_prob", [x, loc, scale], laplace_log_prob(x, loc, scale),
             stats.laplace.logpdf(x, loc, scale) if i < len(moderate) else None)
        emit("laplace_entropy", [scale], 1 + mpmath.log(2 * mpf(scale)), stats.laplace.entropy(loc, scale))
    pairs = [moderate[i][1:] + moderate[i + 1][1:] for i in range(7)]
    far = [[0, 2.0**-20, 0, 1], [50, 1, -50, 1], [0, 1, 0, 2.0**-10], [3, 2, 3, 2], [2.0**-20, 1, 0, 1]]
    for i, (m0, b0, m1, b1) in enumerate(pairs + far):
        m0_, b0_, m1_, b1_ = map(mpf, (m0, b0, m1, b1))
        d = abs(m0_ - m1_)
        value = d / b1_ + b0_ / b1_ * mpmath.exp(-d / b0_) - 1 - mpmath.log(b0_ / b1_)
        log_q = lambda x: laplace_log_prob(x, m0, b0)
        points = sorted([m0_ + k * b0_ for k in (-80, -20, -5, 0, 5, 20, 80)] + [m1_])
        definition = expectation(log_q, lambda x: log_q(x) - laplace_log_prob(x, m1, b1), points) if i < len(pairs) else None
        emit("laplace_kl", [m0, b0, m1, b1], value, definition=definition)


def sigmoid(l):
    return 1 / (1 + mpmath.exp(-mpf(l)))


def xlogy(p, y):
    return mpf(0) if p == 0 else p * mpmath.log(y)


def bernoulli():
    logits = [single(rng.normal() * 3) for _ in range(8)] + [0, 30, -30, 100, -100, 2.0**-30]
    mp.dps = 120  # 1 − σ(100) must not be lost
    for l in logits:
        p = sigmoid(l)
        for x in (0, 1):
            emit("bernoulli_log_prob", [x, l], mpmath.log(p if x else 1 - p),
                 stats.bernoulli.logpmf(x, float(p)) if abs(l) < 10 else None)
        emit("bernoulli_log_prob", [0.25, l], mpf(0.25) * mpmath.log(p) + mpf(0.75) * mpmath.log(1 - p))
        emit("bernoulli_entropy", [l], -xlogy(p, p) - xlogy(1 - p, 1 - p), stats.bernoulli.entropy(float(p)))
    for a, b in list(zip(logits, logits[1:])) + [(100, -100), (-100, 100), (2, 2), (100, 99)]:
        p, q = sigmoid(a), sigmoid(b)
        emit("bernoulli_kl", [a, b], p * mpmath.log(p / q) + (1 - p) * mpmath.log((1 - p) / (1 - q)))
    mp.dps = 60


def softmax(logits):
    top = max(logits)
    e = [mpmath.exp(mpf(l) - mpf(top)) if l != -numpy.inf else mpf(0) for l in logits]
    return [v / mpmath.fsum(e) for v in e]


def categorical():
    rows = [[single(v) for v in rng.normal(size=4) * 2] for _ in range(5)]
    rows += [[0, 0, 0, 0], [100, -100, 0, 50], [1e4, 1e4, 0, 0], [-1e4, -1e4, -1e4, -10001]]
    for i, logits in enumerate(rows):
        p = softmax(logits)
        for x in range(4):
            emit("categorical_log_prob", [x, *logits], mpmath.log(p[x]),
                 numpy.log(stats.multinomial.pmf(numpy.eye(4)[x], 1, [float(v) for v in p])) if i < 5 else None)
        emit("categorical_entropy", logits, -mpmath.fsum(xlogy(v, v) for v in p), stats.entropy([float(v) for v in p]))
    for i, (a, b) in enumerate(zip(rows, rows[1:])):
        p, q = softmax(a), softmax(b)
        value = mpmath.fsum(v * (mpmath.log(v) - mpmath.log(w)) for v, w in zip(p, q))
        emit("categorical_kl", [*a, *b], value,
             stats.entropy([float(v) for v in p], [float(v) for v in q]) if i < 4 else None)


def matrix(lower):
    l = mpmath.zeros(3)
    for v, (i, j) in zip(lower, [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]):
        l[i, j] = mpf(v)
    return l


def multivariate_normal():
    def lower():
        v = rng.normal(size=6)
        v[[0, 2, 5]] = numpy.exp(v[[0, 2, 5]] / 2)
        return [single(u) for u in v]

    cases = [([single(v) for v in rng.normal(size=3) * 2], [single(v) for v in rng.normal(size=3)], lower())
             for _ in range(6)]
    skew = [([1, 2, 3], [0, 0, 0], [1, 0.5, 2.0**-8, -4, 3, 2.0**6]), ([9, -9, 9], [0, 0, 0], [2.0**-6, 1, 1, 1, 1, 2.0**-3])]
    for i, (x, loc, low) in enumerate(cases + skew):
        l = matrix(low)
        sigma = l * l.T
        d = mpmath.matrix([mpf(a) - mpf(b) for a, b in zip(x, loc)])
        quadratic = (d.T * mpmath.inverse(sigma) * d)[0]
        log_det = mpmath.log(mpmath.det(sigma))
        cov = numpy.array(sigma.tolist(), dtype=float)
        emit("mvn_log_prob", [*x, *loc, *low], -(quadratic + log_det + 3 * mpmath.log(2 * mpmath.pi)) / 2,
             stats.multivariate_normal.logpdf(x, loc, cov) if i < len(cases) else None)
        emit("mvn_entropy", low, (3 + 3 * mpmath.log(2 * mpmath.pi) + log_det) / 2,
             stats.multivariate_normal.entropy(loc, cov) if i < len(cases) else None)
    for (_, m0, low0), (_, m1, low1) in zip(cases + skew, (cases + skew)[1:]):
        s0, s1 = (matrix(v) * matrix(v).T for v in (low0, low1))
        d = mpmath.matrix([mpf(a) - mpf(b) for a, b in zip(m0, m1)])
        inverse = mpmath.inverse(s1)
        product = inverse * s0
        value = (sum(product[i, i] for i in range(3)) + (d.T * inverse * d)[0] - 3
                 + mpmath.log(mpmath.det(s1)) - mpmath.log(mpmath.det(s0))) / 2
        emit("mvn_kl", [*m0, *low0, *m1, *low1], value)


print(f"# golden.py: python {sys.version.split()[0]}, numpy {numpy.__version__}, scipy {scipy.__version__}, "
      f"mpmath {mpmath.__version__}")
normal()
laplace()
bernoulli()
categorical()
multivariate_normal()
