"""JAX, compiled by XLA for the CPU."""
import os

from experiments.peers.workers.serve import Model, Peer, serve


def start(threads):
    # XLA takes as many threads as the cores that it may run on.
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:threads])
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax  # noqa: F401, with that platform


def build(cell):
    import jax
    from experiments.peers.workers.jax_model import jax_model
    function, parameters, inputs = jax_model(cell)
    compiled = jax.jit(function)
    return Model(lambda: compiled(parameters, inputs).block_until_ready())


if __name__ == "__main__":
    serve(Peer(("jax", "jaxlib", "numpy"), start, build))
