"""Writes dirichlet.csv: see common.py. Vectors stand one after the other; the shares are rounded, so that their sums are not
exactly 1, and each is differentiated by itself."""

from common import emit, mpf, mpmath, numpy, single, start
from scipy import stats


def log_beta(a):
    return sum(mpmath.loggamma(a) for a in a) - mpmath.loggamma(sum(a))


def halves(f):
    return lambda *args: f(args[: len(args) // 2], args[len(args) // 2 :])


@halves
def log_prob(x, a):
    return sum((a - 1) * mpmath.log(x) for x, a in zip(x, a)) - log_beta(a)


def entropy(*a):
    total = sum(a)
    return log_beta(a) + (total - len(a)) * mpmath.digamma(total) - sum((a - 1) * mpmath.digamma(a) for a in a)


@halves
def kl(q, p):
    means = [mpmath.digamma(a) - mpmath.digamma(sum(q)) for a in q]
    return log_beta(p) - log_beta(q) + sum((q - p) * m for q, p, m in zip(q, p, means))


rng = start(20240604)


def draw(*a):
    return [single(x) for x in rng.dirichlet(a)] + [single(a) for a in a]


moderate = [draw(*numpy.exp(rng.normal(size=3))) for _ in range(6)] + [draw(*numpy.exp(rng.normal(size=2)))]
large = [draw(*a) for a in [(1e6, 1e6, 1e6), (1e6, 2.5e6, 0.3e6), (1e6, 1e6, 1e6), (1e6, 123.4, 1), (3e6, 1e6), (1e4, 0.5, 2e6)]]
small = single(1e-3)
extreme = [
    [0.25, 0.25, 0.5, 1, 1, 1], [0.25, 0.25, 0.5, small, small, small], [2.0**-100, 0.5, 0.5, small, 1, 2],
    [2.0**-24, 2.0**-24, 1 - 2.0**-23, 1, 1, 1e6], [2.0**-24, 2.0**-24, 1 - 2.0**-23, 0.5, 2.0**-20, 3],
    [0.25, 0.75, 1e6, 3e6], [single(0.251), single(0.749), 1e6, 3e6], [2.0**-20, 1 - 2.0**-20, 1, 1e6],
]
for i, row in enumerate(moderate + large + extreme):
    x, a = row[: len(row) // 2], row[len(row) // 2 :]
    shares = numpy.array(x, dtype=float)
    check = stats.dirichlet.logpdf(shares / shares.sum(), a) if i < len(moderate) else None
    if check is not None:
        # The density of the shares as they are.
        check -= sum((a - 1) * numpy.log(1 / shares.sum()) for a in a)
    emit("log_prob", log_prob, row, None, check)
for i, row in enumerate(moderate + large + [[1, 1], [small] * 6, [1, 1, 1, 1], [0.5, 0.5, small, 2.0**20]]):
    a = row[len(row) // 2 :]
    emit("entropy", entropy, a, scipy_value=stats.dirichlet.entropy(numpy.array(a)) if i < len(moderate) else None)
three = [row[3:] for row in moderate[:6]]
pairs = [three[i] + three[i + 1] for i in range(5)]
far = [
    [1e6, 1e6, 1e6, single(1.001e6), 1e6, 1e6], [1e6, 2e6, 3e6, 1, 2, 3], [1, 2, 3, 1e6, 2e6, 3e6], [2, 3, 5, 2, 3, 5],
    [small, small, small, 1, 1, 1], [1, 1, 1, small, small, small], [1e6, 3e6, single(1.001e6), 3e6], [3, 4, 3 + 2.0**-20, 4],
    [1e6, small, 1, 1e6, 2 * small, 2], [single(1234567.1), single(765432.1), single(1235678.1), single(765432.9)],
]
for row in pairs + far:
    emit("kl", kl, row)
for i, row in enumerate(moderate + extreme[:3]):
    x, a = row[: len(row) // 2], row[len(row) // 2 :]
    for j in range(len(a)):
        def below(x, *a):
            return mpmath.betainc(a[j], sum(a) - a[j], 0, x, regularized=True)

        emit(f"cdf_{j}", below, [x[j], *a], scipy_value=stats.beta.cdf(x[j], a[j], sum(a) - a[j]))
