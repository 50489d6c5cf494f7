"""Writes multivariate_normal.csv: see common.py. Factors are given by their rows up to the diagonal."""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats


def factor(lower):
    l = mpmath.zeros(3)
    for v, (i, j) in zip(lower, [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]):
        l[i, j] = v
    return l


def covariance(lower):
    l = factor(lower)
    return l * l.T


def vector(v):
    return mpmath.matrix(list(v))


def log_det(lower):
    return mpmath.log(mpmath.det(covariance(lower)))


def log_prob(*args):
    d = vector(args[:3]) - vector(args[3:6])
    quadratic = (d.T * mpmath.inverse(covariance(args[6:])) * d)[0]
    return -(quadratic + log_det(args[6:]) + 3 * mpmath.log(2 * mpmath.pi)) / 2


def entropy(*lower):
    return (3 + 3 * mpmath.log(2 * mpmath.pi) + log_det(lower)) / 2


def kl(*args):
    m0, l0, m1, l1 = args[:3], args[3:9], args[9:12], args[12:]
    d = vector(m0) - vector(m1)
    inverse = mpmath.inverse(covariance(l1))
    product = inverse * covariance(l0)
    trace = sum(product[i, i] for i in range(3))
    return (trace + (d.T * inverse * d)[0] - 3 + log_det(l1) - log_det(l0)) / 2


rng = start(20240505)


def lower():
    v = rng.normal(size=6)
    v[[0, 2, 5]] = numpy.exp(v[[0, 2, 5]] / 2)
    return [single(u) for u in v]


cases = [([single(v) for v in rng.normal(size=3) * 2], [single(v) for v in rng.normal(size=3)], lower())
         for _ in range(6)]
skew = [([1, 2, 3], [0, 0, 0], [1, 0.5, 2.0**-8, -4, 3, 2.0**6]), ([9, -9, 9], [0, 0, 0], [2.0**-6, 1, 1, 1, 1, 2.0**-3])]
for i, (x, loc, low) in enumerate(cases + skew):
    moderate = i < len(cases)
    cov = numpy.array(covariance([mpf(v) for v in low]).tolist(), dtype=float)
    # Where a factor is skew, derivatives cancel to less than single precision holds.
    emit("log_prob", log_prob, [*x, *loc, *low], None if moderate else (),
         stats.multivariate_normal.logpdf(x, loc, cov) if moderate else None)
    emit("entropy", entropy, low, scipy_value=stats.multivariate_normal.entropy(loc, cov) if moderate else None)
for i, ((_, m0, low0), (_, m1, low1)) in enumerate(zip(cases + skew, (cases + skew)[1:])):
    emit("kl", kl, [*m0, *low0, *m1, *low1], by=None if i < len(cases) - 1 else ())


def log_kl(*args):
    return mpmath.log(kl(*args))


# Neighbours, by the logarithm, so that small divergences are compared in relation to their size.
mean, low = [0.25, -1, 0.5], [1, 0.5, 1.5, -0.25, 0.75, 2]
steep = [2.0**-6, 1, 1, 1, 1, 2.0**3]
for q, exponent, change in [
    (low, 12, [1, -2, 1, 3, -1, 2]),
    (low, 20, [1, -2, 1, 3, -1, 2]),
    (low, 12, [0, 1, 0, 0, 0, 0]),
    (low, 12, [0, 0, 0, 0, 0, 1]),
    (low, 3, [1, -2, 1, 3, -1, 2]),
    (steep, 16, [0.125, -2, 1, 3, -1, 2]),
]:
    p = [v + c * 2.0**-exponent for v, c in zip(q, change)]
    emit("log_kl", log_kl, [*mean, *q, *mean, *p], by=())
    moved = [m + 2.0**-exponent for m in mean]
    emit("log_kl", log_kl, [*mean, *q, *moved, *p], by=())
emit("log_kl", log_kl, [*mean, *low, *[m + 2.0**-20 for m in mean], *low], by=())
for i, (x, loc, low) in enumerate(cases + skew):
    for j in range(3):
        def below(x, loc, *low):
            return mpmath.ncdf((x - loc) / mpmath.sqrt(covariance(low)[j, j]))

        emit(f"cdf_{j}", below, [x[j], loc[j], *low])
