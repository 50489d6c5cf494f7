"""Compares the speed of log-densities with their gradients, and of draws, with PyTorch's torch.distributions.

    cargo build --release -p benches --bin distributions
    python3 benches/distributions.py target/release/distributions

The program and PyTorch take turns, one thread each, on a million numbers in single precision; of every item the median
over the rounds is shown. A log-density is summed over all events and differentiated by its parameters; torch.distributions
does so without checking arguments, which it is faster without. Run on an idle machine.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
from torch import distributions as D

SHAPE = (1000, 1000)
RUNS = 7


def positive():
    return torch.randn(SHAPE).square() + 0.5


def counts():
    return torch.poisson(positive() * 3)


def log_prob(make, x, *parameters):
    """What computes the sum of log p(x) and its gradient by the parameters."""
    parameters = [p.requires_grad_(True) for p in parameters]

    def run():
        return torch.autograd.grad(make(*parameters, validate_args=False).log_prob(x).sum(), parameters)

    return run


def cases():
    """Yields (what, name, function), as the program names them."""
    x = torch.randn(SHAPE)
    yield "log_prob", "Normal", log_prob(D.Normal, x, torch.randn(SHAPE), positive())
    yield "log_prob", "Laplace", log_prob(D.Laplace, x, torch.randn(SHAPE), positive())
    bernoulli = lambda logits, **kw: D.Bernoulli(logits=logits, **kw)
    yield "log_prob", "Bernoulli", log_prob(bernoulli, (x > 0).float(), torch.randn(SHAPE))
    categorical = lambda logits, **kw: D.Categorical(logits=logits, **kw)
    for rows, variables, classes in [(1000, 100, 10), (1000, 4, 250)]:
        x = torch.arange(rows * variables).reshape(rows, variables) % classes
        yield "log_prob", f"Categorical of {classes}", log_prob(categorical, x, torch.randn(rows, variables, classes))
    yield "log_prob", "Poisson", log_prob(D.Poisson, counts(), positive() * 3)
    negative_binomial = lambda total, logits, **kw: D.NegativeBinomial(total, logits=logits, **kw)
    yield "log_prob", "NegativeBinomial", log_prob(negative_binomial, counts(), positive() * 4, torch.randn(SHAPE))
    yield "sample", "Bernoulli", D.Bernoulli(logits=torch.randn(SHAPE)).sample
    yield "sample", "Normal", D.Normal(torch.randn(SHAPE), positive()).sample
    yield "sample", "Uniform", D.Uniform(torch.zeros(SHAPE), positive()).sample


def median_ms(run):
    for _ in range(2):
        run()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the binary `distributions`")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    peers = {(what, name): run for what, name, run in cases()}
    ours, theirs = {}, {}
    for i in range(args.rounds):
        print(f"round {i + 1} of {args.rounds}", file=sys.stderr)
        for line in subprocess.run([args.program], check=True, capture_output=True, text=True).stdout.splitlines():
            item = json.loads(line)
            ours.setdefault((item["what"], item["name"]), []).append(item["ms"])
        for item, run in peers.items():
            theirs.setdefault(item, []).append(median_ms(run))
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, medians of {args.rounds} rounds\n")
    print("| what | distribution | ours, ms | PyTorch, ms | PyTorch ÷ ours |\n|---|---|---|---|---|")
    for what, name in ours:
        a, b = ours[what, name], theirs.get((what, name))
        other = ("–", "–")
        if b:
            other = (f"{statistics.median(b):.1f}", f"{statistics.median(y / x for x, y in zip(a, b)):.1f}")
        print(f"| `{what}` | {name} | {statistics.median(a):.1f} | {other[0]} | {other[1]} |")


if __name__ == "__main__":
    main()
