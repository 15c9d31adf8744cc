"""The models that are compared: every class, and widths that don't fit each other."""

# Of PerceiverModel: [batch, N, C] in, latents out. Defaults, then what differs.
_BARE = {"num_latents": 6, "d_latents": 16, "d_model": 10, "num_blocks": 1,
         "num_self_attends_per_block": 2, "num_self_attention_heads": 4,
         "num_cross_attention_heads": 2}
_WIDTHS = {"num_latents": 5, "d_latents": 24, "num_self_attention_heads": 3,
           "num_cross_attention_heads": 3, "qk_channels": 12, "v_channels": 24}


def _bare(shape, mask=None, **differs):
    case = {"class": "PerceiverModel", "config": {**_BARE, **differs}, "inputs": {"array": shape}}
    return case if mask is None else {**case, "mask": mask}


def _masked(shape, shown):
    """Example b shows its first shown[b] inputs."""
    return [[int(i < count) for i in range(shape[1])] for count in shown]


_TEXT = {"num_latents": 7, "d_latents": 32, "d_model": 16, "num_self_attends_per_block": 2,
         "num_self_attention_heads": 4, "num_cross_attention_heads": 4, "vocab_size": 29,
         "max_position_embeddings": 19, "qk_channels": 8, "v_channels": 32}
_IMAGE = {"num_latents": 6, "d_latents": 16, "num_blocks": 2, "num_self_attends_per_block": 1,
          "num_self_attention_heads": 2, "num_cross_attention_heads": 1, "num_labels": 5,
          "cross_attention_shape_for_attention": "q"}


def _text(model, shape, mask=None, **differs):
    case = {"class": model, "config": {**_TEXT, **differs}, "inputs": {"text": shape}}
    return case if mask is None else {**case, "mask": mask}


def _image(model, shape, **differs):
    return {"class": model, "config": {**_IMAGE, **differs}, "inputs": {"image": shape}}


_MULTIMODAL = {
    "num_latents": 6, "d_latents": 16, "num_self_attends_per_block": 1,
    "num_self_attention_heads": 2, "num_cross_attention_heads": 1, "num_labels": 7,
    "num_frames": 2, "image_size": 8, "audio_samples_per_frame": 48, "samples_per_patch": 16,
    "output_shape": [1, 2, 8, 8], "output_num_channels": 12, "_label_trainable_num_channels": 20,
    "cross_attention_shape_for_attention": "q"}
_MULTIMODAL_INPUTS = {"audio": [1, 96, 1], "image": [1, 2, 3, 8, 8], "label": [1, 7]}

CASES = {
    "bare": _bare([2, 13, 10]),
    "bare_one_input": _bare([1, 1, 10]),
    "bare_one_latent": _bare([1, 9, 10], num_latents=1),
    "bare_three_heads": _bare([2, 17, 15], d_model=15, d_latents=18, num_self_attention_heads=3,
                              num_cross_attention_heads=3),
    "bare_widths": _bare([3, 33, 21], **_WIDTHS, d_model=21),
    "bare_wide_values": _bare([1, 15, 9], d_model=9, d_latents=20, num_self_attention_heads=5,
                              num_cross_attention_heads=1, qk_channels=5, v_channels=20),
    "bare_keys_as_latents": _bare([2, 11, 7], d_model=7, d_latents=12,
                                  num_self_attention_heads=2, num_cross_attention_heads=3,
                                  cross_attention_shape_for_attention="q"),
    "bare_four_blocks": _bare([2, 12, 10], num_blocks=4, num_self_attends_per_block=1),
    "bare_no_layers": _bare([1, 12, 10], num_self_attends_per_block=0),
    "bare_widening": _bare([1, 14, 10], self_attention_widening_factor=4,
                           cross_attention_widening_factor=3),
    "bare_no_residual": _bare([2, 13, 10], use_query_residual=False),
    "bare_tanh": _bare([2, 13, 10], hidden_act="gelu_new"),
    "bare_masked": _bare([3, 13, 10], mask=_masked([3, 13], [13, 5, 1])),
    "bare_blind": _bare([2, 13, 10], mask=_masked([2, 13], [0, 4])),
    "bare_long": _bare([1, 700, 10], num_latents=130),
    "masked_lm": _text("PerceiverForMaskedLM", [2, 19]),
    "masked_lm_short": _text("PerceiverForMaskedLM", [2, 11]),
    "masked_lm_masked": _text("PerceiverForMaskedLM", [3, 19], _masked([3, 19], [19, 7, 0])),
    "masked_lm_defaults": _text("PerceiverForMaskedLM", [1, 19], qk_channels=None,
                                v_channels=None, num_blocks=3),
    "sequence_classification": _text("PerceiverForSequenceClassification", [2, 19], num_labels=3),
    "sequence_classification_masked": _text(
        "PerceiverForSequenceClassification", [3, 16], _masked([3, 16], [16, 9, 2]),
        num_labels=4),
    "image_learned": _image("PerceiverForImageClassificationLearned", [2, 3, 6, 6], image_size=6),
    "image_learned_keys": _image("PerceiverForImageClassificationLearned", [1, 3, 5, 5],
                                 image_size=5, cross_attention_shape_for_attention="kv"),
    "image_fourier": _image("PerceiverForImageClassificationFourier", [2, 3, 10, 14]),
    "image_fourier_keys": _image("PerceiverForImageClassificationFourier", [1, 3, 7, 9],
                                 cross_attention_shape_for_attention="kv"),
    "image_conv": _image("PerceiverForImageClassificationConvProcessing", [2, 3, 32, 44]),
    "image_conv_odd": _image("PerceiverForImageClassificationConvProcessing", [1, 3, 37, 29]),
    "optical_flow": _image("PerceiverForOpticalFlow", [1, 2, 27, 8, 12], train_size=[8, 12]),
    "optical_flow_batch": _image("PerceiverForOpticalFlow", [2, 2, 27, 6, 5], train_size=[6, 5]),
    # Without points Hugging Face mistakes channels for a grid, and fails.
    "multimodal": {"class": "PerceiverForMultimodalAutoencoding", "config": _MULTIMODAL,
                   "inputs": _MULTIMODAL_INPUTS,
                   "points": {"image": list(range(0, 128, 5)), "audio": list(range(6))}},
    "multimodal_points": {"class": "PerceiverForMultimodalAutoencoding", "config": _MULTIMODAL,
                          "inputs": _MULTIMODAL_INPUTS,
                          "points": {"image": [0, 127, 17], "audio": [4, 1]}},
}
