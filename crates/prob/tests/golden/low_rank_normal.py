"""Writes low_rank_normal.csv: see common.py. Of 3 elements and 2 directions: x, the mean, the factor row by row, the diagonal."""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats

K, R = 3, 2


def covariance(w, d):
    w = mpmath.matrix(K, R) + mpmath.matrix([list(w[R * j:R * j + R]) for j in range(K)])
    return w * w.T + mpmath.diag(list(d))


def vector(v):
    return mpmath.matrix(list(v))


def parts(args):
    """Mean, factor, diagonal."""
    return args[:K], args[K:K + K * R], args[K + K * R:]


def log_det(sigma):
    return mpmath.log(mpmath.det(sigma))


def log_prob(*args):
    mean, w, d = parts(args[K:])
    delta, sigma = vector(args[:K]) - vector(mean), covariance(w, d)
    quadratic = (delta.T * mpmath.inverse(sigma) * delta)[0]
    return -(quadratic + log_det(sigma) + K * mpmath.log(2 * mpmath.pi)) / 2


def entropy(*args):
    return (K + K * mpmath.log(2 * mpmath.pi) + log_det(covariance(args[:K * R], args[K * R:]))) / 2


def divergence(m0, s0, m1, s1):
    delta, inverse = vector(m0) - vector(m1), mpmath.inverse(s1)
    product = inverse * s0
    trace = sum(product[i, i] for i in range(K))
    return (trace + (delta.T * inverse * delta)[0] - K + log_det(s1) - log_det(s0)) / 2


def kl(*args):
    (m0, w0, d0), (m1, w1, d1) = parts(args[:12]), parts(args[12:])
    return divergence(m0, covariance(w0, d0), m1, covariance(w1, d1))


def kl_standard(*args):
    m, w, d = parts(args)
    return divergence(m, covariance(w, d), [0] * K, mpmath.eye(K))


def kl_normal(*args):
    (m, w, d), m1, s1 = parts(args[:12]), args[12:12 + K], args[12 + K:]
    return divergence(m, covariance(w, d), m1, mpmath.diag([s * s for s in s1]))


rng = start(20240611)


def parameters():
    return [single(v) for v in [*rng.normal(size=K), *rng.normal(size=K * R), *numpy.exp(rng.normal(size=K) / 2)]]


cases = [([single(v) for v in rng.normal(size=K)], parameters()) for _ in range(6)]
# Directions that are the same, and large; none; small and large variances.
extreme = [
    ([1.0, -0.5, 2.0], [0, 0, 0, 8, 8, 8, 8, 8, 8, 1, 1, 1]),
    ([0.5, 0.25, -1.0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 2.0**-10, 1, 2.0**10]),
    ([3.0, 1.0, 0.0], [1, 0, 0, 2.0**-30, 0, 0, 2.0**-30, 0, 0, 1, 2, 3]),
    ([2.0**10, 0, 0], [0, 0, 0, 2.0**10, 0, 0, 1, 0, 0, 1, 1, 1]),
    ([2.0**40, -2.0**40, 2.0**39], [0, 0, 0, 0.5, 0, 0, 1, 0, 0, 2.0**80, 2.0**80, 2.0**80]),
]
for i, (x, p) in enumerate(cases + extreme):
    mean, w, d = parts(p)
    moderate = i < len(cases)
    cov = numpy.array(covariance([mpf(v) for v in w], [mpf(v) for v in d]).tolist(), dtype=float)
    emit("log_prob", log_prob, [*x, *p],
         scipy_value=stats.multivariate_normal.logpdf(x, mean, cov) if moderate else None)
    emit("entropy", entropy, [*w, *d], scipy_value=stats.multivariate_normal.entropy(mean, cov) if moderate else None)
    emit("kl_standard", kl_standard, p)
for (_, p), (_, q) in zip(cases, cases[1:]):
    emit("kl", kl, [*p, *q])
    emit("kl_normal", kl_normal, [*p, *q[:K], *q[9:]])
for x, p in cases + extreme:
    for j in range(K):
        def below(x, *p):
            mean, w, d = parts(p)
            return mpmath.ncdf((x - mean[j]) / mpmath.sqrt(covariance(w, d)[j, j]))

        emit(f"cdf_{j}", below, [x[j], *p])
