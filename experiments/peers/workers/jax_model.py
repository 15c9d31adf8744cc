"""Our models in JAX, from our parameters."""
import jax
from jax import numpy as jnp

from experiments.peers.workers.fourier import fourier_features
from experiments.peers.workers.steps import steps


def jax_model(cell):
    """(function(parameters, input), parameters, input[batch, N, C]), not yet compiled."""
    parameters = {name: jnp.asarray(array) for name, array in cell.parameters().items()}
    if cell.option("positions") == "fourier":
        features = fourier_features(cell.N, int(cell.option("bands")))
        parameters["features"] = jnp.asarray(features)
    order = steps(cell)

    def encoder(p, inputs):
        """[batch, N, C] -> [batch, M, D] with latents, [batch, N, D] without"""
        if "positions" in p:
            inputs = inputs + p["positions"]
        elif "features" in p:
            inputs = jnp.concatenate([inputs, expand(p["features"], inputs)], axis=-1)
        if "latents" in p:
            stream = expand(p["latents"], inputs)
        else:
            stream = linear(p, "input", inputs) if "input.weight" in p else inputs
        for step in order:
            stream = (bare_layer if step.bare else layer)(p, step, stream, inputs)
        return stream

    def attention(p, inputs):
        """Inputs [batch, N, D], which are keys and values -> [batch, M, D]"""
        return attend(expand(p["queries"], inputs), inputs, inputs, cell.H)

    return (attention if cell.contestant == "attention" else encoder,
            parameters, jnp.asarray(cell.input()))


def attend(queries, keys, values, heads):
    """[batch, M, ·], [batch, N, ·], [batch, N, D] -> [batch, M, D]"""
    # Heads first: on CPUs twice as fast as jax.nn.dot_product_attention.
    q, k, v = (x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)
               for x in (queries, keys, values))
    scores = jnp.einsum("bhmd,bhnd->bhmn", q / q.shape[-1] ** 0.5, k)
    mixed = jnp.einsum("bhmn,bhnd->bmhd", jax.nn.softmax(scores), v)
    return mixed.reshape(*mixed.shape[:2], -1)


def project(p, step, stream, inputs):
    return attend(linear(p, step.name + ".query", stream), linear(p, step.name + ".key", inputs),
                  linear(p, step.name + ".value", inputs), step.heads)


def bare_layer(p, step, stream, inputs):
    return project(p, step, stream, inputs if step.reads_input else stream)


def layer(p, step, stream, inputs):
    """Pre-norm: attention, then an MLP, each beside a residual."""
    name = step.name
    normed = norm(p, name + ".norm", stream)
    read = norm(p, name + ".input_norm", inputs) if step.reads_input else normed
    mixed = linear(p, name + ".output", project(p, step, normed, read))
    stream = stream + mixed if step.residual else mixed
    hidden = linear(p, name + ".mlp_in", norm(p, name + ".mlp_norm", stream))
    return stream + linear(p, name + ".mlp_out", jax.nn.gelu(hidden, approximate=step.tanh))


def linear(p, name, x):
    y = x @ p[name + ".weight"]
    return y + p[name + ".bias"] if name + ".bias" in p else y


def norm(p, name, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    return centred * jax.lax.rsqrt(variance + 1e-5) * p[name + ".scale"] + p[name + ".offset"]


def expand(rows, inputs):
    """[rows, channels] -> [batch, rows, channels]"""
    return jnp.broadcast_to(rows, (inputs.shape[0], *rows.shape))
