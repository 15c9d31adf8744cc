"""Checkpoints of models that are too large to keep even when tiny, for the tests of the program.

The names are those of transformers; weights are drawn.
"""
import json
import struct

import numpy as np


def _linear(name, outputs, inputs):
    return {name + ".weight": (outputs, inputs), name + ".bias": (outputs,)}


def _norm(name, channels):
    return {name + ".weight": (channels,), name + ".bias": (channels,)}


def _layer(name, channels, read, width):
    """A layer of `channels` that reads `read` channels (or None: itself)."""
    own = name + ".attention.self."
    shapes = _norm(own + "layernorm1", channels)
    if read:
        shapes |= _norm(own + "layernorm2", read)
    return (shapes | _linear(own + "query", width, channels)
            | _linear(own + "key", width, read or channels)
            | _linear(own + "value", width, read or channels)
            | _linear(name + ".attention.output.dense", channels, width)
            | _norm(name + ".layernorm", channels)
            | _linear(name + ".mlp.dense1", channels, channels)
            | _linear(name + ".mlp.dense2", channels, channels))


_COMMON = {"num_latents": 4, "d_latents": 8, "num_blocks": 1, "num_self_attends_per_block": 1,
           "num_self_attention_heads": 2, "num_cross_attention_heads": 1,
           "cross_attention_shape_for_attention": "q"}


def _encoder(channels):
    return ({"perceiver.embeddings.latents": (4, 8)}
            | _layer("perceiver.encoder.cross_attention", 8, channels, 8)
            | _layer("perceiver.encoder.self_attends.0", 8, None, 8))


def _decoder(queries, outputs):
    name = "perceiver.decoder.decoder."
    return (_layer(name + "decoding_cross_attention", queries, 8, queries)
            | _linear(name + "final_layer", outputs, queries))


def flow(folder, height, width):
    """A PerceiverForOpticalFlow: 64 channels of patches, 258 of positions."""
    _save(folder, {**_COMMON, "architectures": ["PerceiverForOpticalFlow"],
                   "train_size": [height, width]},
          _linear("perceiver.input_preprocessor.conv_after_patches", 64, 54)
          | _encoder(322) | _decoder(322, 2))


def autoencoder(folder, frames, size, samples):
    """A PerceiverForMultimodalAutoencoding of 3 classes."""
    into = {"audio": 401, "image": 243, "label": 3}
    asked = {"audio": 385, "image": 195, "label": 20}
    widest, most = max(into.values()) + 4, max(asked.values()) + 2
    given, made = "perceiver.input_preprocessor.", "perceiver.output_postprocessor."
    shapes = _encoder(widest) | _decoder(most, 12)
    for name, outputs in {"audio": 16, "image": 3, "label": 3}.items():
        shapes |= {f"{given}padding.{name}": (1, widest - into[name]),
                   f"{given}mask.{name}": (1, widest),
                   f"perceiver.decoder.padding.{name}": (1, most - asked[name])}
        shapes |= _linear(f"{made}modalities.{name}.classifier", outputs, 12)
    shapes["perceiver.decoder.modalities.label.decoder.output_position_encodings."
           "position_embeddings"] = (1, 20)
    _save(folder, {**_COMMON, "architectures": ["PerceiverForMultimodalAutoencoding"],
                   "id2label": {"0": "drum", "1": "flute", "2": "rain"},
                   "num_frames": frames, "image_size": size // 4,
                   "audio_samples_per_frame": samples // frames, "samples_per_patch": 16,
                   "output_shape": [1, frames, size, size], "output_num_channels": 12,
                   "_label_trainable_num_channels": 20}, shapes)


def _save(folder, config, shapes):
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    draw = np.random.default_rng(1)
    header, data = {}, b""
    for name, shape in shapes.items():
        # What an autoencoder says is small beside what it was told.
        deviation = 0.005 if ".classifier." in name else 0.5
        values = draw.normal(0, deviation, shape).astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": shape,
                        "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
