"""Writes optimizers.json, mlp.json, mlp.safetensors, linear.safetensors, conv.json and conv.safetensors beside this file.

    pip install torch==2.15.0 safetensors==0.8.0 numpy==2.4.6
    python pytorch.py

The optimisers run in double precision on given gradients: element i of step t is a number of a scale of its own, with
zeros among them. The parameter `sometimes` has no gradient in every third step.
"""

import json
import math
from pathlib import Path

import safetensors.torch
import torch

HERE = Path(__file__).parent
STEPS = 25
SCALES = [1.0, 1e-6, 1e3, 0.1, 0.0]


def gradient(t, offset):
    return [s * math.sin(1.7 * t * (i + 1) + offset) for i, s in enumerate(SCALES)]


def trajectory(make, **settings):
    names = ["always", "sometimes"]
    params = [torch.tensor([0.5, -1.0, 2.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True) for _ in names]
    optimizer = make(params, **settings)
    steps = []
    for t in range(STEPS):
        gradients = [gradient(t, 0.3), None if t % 3 == 0 else gradient(t, 1.1)]
        for p, g in zip(params, gradients):
            p.grad = None if g is None else torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        steps.append({"gradients": gradients, "params": [p.tolist() for p in params]})
    return {"settings": settings, "steps": steps}


def optimizers():
    return {
        "torch": torch.__version__.split("+")[0],
        "adam": [
            trajectory(torch.optim.Adam, lr=1e-3, betas=(0.9, 0.999), eps=1e-8),
            trajectory(torch.optim.Adam, lr=0.1, betas=(0.5, 0.9), eps=1e-3),
            trajectory(torch.optim.Adam, lr=0.01, betas=(0.0, 0.0), eps=1e-8),
        ],
        "sgd": [
            trajectory(torch.optim.SGD, lr=0.01, momentum=0.0),
            trajectory(torch.optim.SGD, lr=0.01, momentum=0.9),
        ],
    }


def networks():
    torch.manual_seed(0)
    linear = torch.nn.Linear(3, 4)
    mlp = torch.nn.Sequential(
        torch.nn.Linear(3, 5), torch.nn.GELU(), torch.nn.Linear(5, 4), torch.nn.GELU(), torch.nn.Linear(4, 2), torch.nn.Tanh()
    )
    x = torch.randn(6, 3)
    safetensors.torch.save_file(linear.state_dict(), HERE / "linear.safetensors")
    safetensors.torch.save_file(mlp.state_dict(), HERE / "mlp.safetensors", metadata={"made by": "torch"})
    return {
        "torch": torch.__version__.split("+")[0],
        "x": x.flatten().tolist(),
        "linear": linear(x).flatten().tolist(),
        "mlp": mlp(x).flatten().tolist(),
    }


def convolutions():
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
        torch.nn.Tanh(),
        torch.nn.ConvTranspose2d(6, 4, (2, 3), stride=(2, 2), padding=(0, 1), output_padding=(1, 0), groups=2),
    )
    x = torch.randn(2, 4, 5, 4)
    hidden = net[0](x)
    y = net(x)
    safetensors.torch.save_file(net.state_dict(), HERE / "conv.safetensors")
    return {
        "torch": torch.__version__.split("+")[0],
        "x": x.flatten().tolist(),
        "hidden_shape": list(hidden.shape),
        "hidden": hidden.flatten().tolist(),
        "y_shape": list(y.shape),
        "y": y.flatten().tolist(),
    }


if __name__ == "__main__":
    (HERE / "optimizers.json").write_text(json.dumps(optimizers()) + "\n")
    (HERE / "mlp.json").write_text(json.dumps(networks()) + "\n")
    (HERE / "conv.json").write_text(json.dumps(convolutions()) + "\n")
