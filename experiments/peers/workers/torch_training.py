"""Training in PyTorch at its best: inputs need no gradient, old gradients are dropped instead of
set to zero, and the optimiser is fused."""
from experiments.peers.workers.cell import Skipped
from experiments.peers.workers.serve import Model

MOST_NORM = 10  # of a gradient, as on our side


def running(model, run, inputs, cell):
    """What `cell.phase` asks for; run(inputs) is the model's forward, compiled or not."""
    import torch
    if cell.phase == "forward":
        def forward():
            with torch.inference_mode():
                return run(inputs)
        return Model(forward)
    if cell.optimiser and not cell.optimiser.startswith("adamw("):
        raise Skipped(f"PyTorch has no {cell.optimiser}")
    weights = [made for made, _ in model.made.values()]
    for weight in weights:
        weight.requires_grad_(True)
    # A step of length 0, as ours: every repetition does the same.
    optimiser = torch.optim.AdamW(weights, lr=0, fused=True)
    with torch.no_grad():
        d_output = run(inputs).clone()
    output = None

    def forget():
        optimiser.zero_grad(set_to_none=True)

    def forward():
        nonlocal output
        output = run(inputs)

    def prepare():
        forget()
        forward()

    def backward():
        output.backward(d_output)

    def update():
        torch.nn.utils.clip_grad_norm_(weights, MOST_NORM)
        optimiser.step()

    def step():
        prepare()
        backward()
        update()

    def gradients():
        prepare()
        backward()
        return joined(model.made, lambda weight: weight.grad)

    if cell.phase == "backward":
        return Model(backward, prepare=prepare, answer=gradients)
    if cell.phase == "update":
        gradients()  # some, which stay
        return Model(update, answer=lambda: joined(model.made, lambda weight: weight))
    return Model(step, answer=gradients)


def joined(made, of):
    """of(parameter) of all, flat, in our layout and the order of their names."""
    import torch
    parts = []
    for name in sorted(made):
        weight, transposed = made[name]
        values = of(weight)
        values = torch.zeros_like(weight) if values is None else values.detach()
        parts.append((values.T if transposed else values).reshape(-1))
    return torch.cat(parts)
