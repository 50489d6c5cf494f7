"""Writes conv.csv beside this file: convolutions and pooling, and their gradients, by PyTorch in double precision.

    pip install torch==2.15.0
    python conv.py

Element i of the array number `salt` is ((37 i + 5 salt) mod 23 − 11) / 8, so that sums of products have no roundings. A line
is: what, the settings in the order of their names here, the result's name (y, or d and the input's name), its elements. The
gradients are those of Σ g·y, with array number 3 as g.
"""

from pathlib import Path

import torch
import torch.nn.functional as F

NAN = float("nan")


def array(shape, salt):
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (((37 * i + 5 * salt) % 23 - 11) / 8).reshape(shape)


def lines(what, settings, f, **inputs):
    for x in inputs.values():
        x.requires_grad_()
    y = f(*inputs.values())
    gradients = torch.autograd.grad((array(y.shape, 3) * y).sum(), inputs.values())
    head = [what, *settings]
    yield [*head, "y", *y.flatten().tolist()]
    for name, gradient in zip(inputs, gradients):
        yield [*head, f"d{name}", *gradient.flatten().tolist()]


def convolutions():
    # (B, I, H, W), (O, kh, kw), stride, padding, dilation, groups, output padding
    for x, w, stride, padding, dilation, groups, more in [
        ((2, 1, 6, 6), (3, 4, 4), (2, 2), (1, 1), (1, 1), 1, (0, 0)),
        ((2, 3, 5, 4), (2, 3, 3), (1, 1), (1, 1), (1, 1), 1, (0, 0)),
        ((1, 2, 7, 5), (4, 3, 2), (2, 1), (0, 2), (1, 2), 2, (1, 0)),
        ((1, 4, 4, 6), (2, 1, 3), (3, 2), (1, 0), (2, 1), 2, (1, 1)),
        ((3, 3, 3, 3), (3, 2, 2), (1, 2), (2, 1), (2, 3), 3, (1, 2)),
    ]:
        settings = [*x, *w, *stride, *padding, *dilation, groups, *more]
        o, kernel = w[0], w[1:]
        yield from lines(
            "conv2d",
            settings,
            lambda x, w, b: F.conv2d(x, w, b, stride, padding, dilation, groups),
            x=array(x, 0),
            w=array((o, x[1] // groups, *kernel), 1),
            b=array((o,), 2),
        )
        yield from lines(
            "conv_transpose2d",
            settings,
            lambda x, w, b: F.conv_transpose2d(x, w, b, stride, padding, more, groups, dilation),
            x=array(x, 0),
            w=array((x[1], o // groups, *kernel), 1),
            b=array((o,), 2),
        )


def pooling():
    # (B, C, H, W), size, stride, padding, and which elements are NaN: every so many
    for x, size, stride, padding, nan in [
        ((2, 2, 6, 6), (2, 2), (2, 2), (0, 0), 0),
        ((1, 2, 5, 7), (3, 3), (2, 1), (1, 1), 0),
        ((1, 1, 6, 5), (2, 4), (1, 3), (1, 2), 0),
        ((1, 2, 5, 5), (3, 2), (1, 2), (1, 0), 4),
    ]:
        settings = [*x, *size, *stride, *padding, nan]
        pixels = array(x, 0)
        if nan:
            pixels.view(-1)[::nan] = NAN
        yield from lines("max_pool2d", settings, lambda x: F.max_pool2d(x, size, stride, padding), x=pixels.clone())
        if size[0] * size[1] in (4, 8):  # the others have roundings
            yield from lines("avg_pool2d", settings, lambda x: F.avg_pool2d(x, size, stride, padding), x=pixels.clone())


with open(Path(__file__).with_suffix(".csv"), "w") as file:
    for line in [*convolutions(), *pooling()]:
        print(*(repr(x) if isinstance(x, float) else x for x in line), sep=",", file=file)
