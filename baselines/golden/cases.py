"""What is compared: every variant that a package has, at odd shapes.

Not here: luna, of which there is no package.
"""
import dataclasses


@dataclasses.dataclass
class Case:
    peer: str       # of baselines/golden/peers/
    variant: str    # "softmax" is the transformer without a variant's name
    options: dict = dataclasses.field(default_factory=dict)
    batch: int = 1
    N: int = 13
    B: int = 2
    C: int = 12
    D: int = 12
    H: int = 3
    mask: list | None = None  # [batch] of texts such as "1101"; 0 is hidden

    def contestant(self):
        named = {} if self.variant == "softmax" else {"attention": self.variant}
        options = ", ".join(f"{k}={v}" for k, v in {**named, **self.options}.items())
        return f"transformer({options})" if options else "transformer"


def _case(peer, variant, mask=None, shape=None, **options):
    batch = {} if mask is None else {"batch": len(mask)}
    return Case(peer, variant, options, mask=mask, **{**batch, **(shape or {})})


# Of 13 rows: at either end and in between; the second example another.
_MASK = ["1111101101100", "1011111111101"]
_FIRST_SHOWN = ["1101101111000", "1111111111110"]
_WIDE = {"N": 17, "C": 10, "D": 20, "H": 4, "B": 1}
_ONE = {"N": 1, "B": 1}
# 12 rows in 4 landmarks, 3 each, none without a row that shows.
_EVEN = {"N": 12}
_EVEN_MASK = ["101111110001", "111011101100"]
_LONG = {"N": 131, "C": 4, "D": 4, "H": 2, "B": 1}
_TWO = {"batch": 2}

CASES = {
    "softmax": _case("scaled_dot_product", "softmax", shape=_TWO),
    "softmax_materialised": _case("scaled_dot_product", "softmax", form="materialised",
                                  widening=4, gelu="tanh", shape=_WIDE),
    "softmax_masked": _case("scaled_dot_product", "softmax", _MASK),
    "softmax_blind": _case("scaled_dot_product", "softmax", ["0" * 13, "1" + "0" * 12]),
    "softmax_one_row": _case("scaled_dot_product", "softmax", shape=_ONE),
    "multi_query": _case("scaled_dot_product", "grouped_query", groups=1),
    "grouped_query": _case("scaled_dot_product", "grouped_query", groups=2, shape=_WIDE),
    "grouped_query_masked": _case("scaled_dot_product", "grouped_query", _MASK, groups=2,
                                  shape={"H": 6}),
    "linear": _case("elu_features", "linear", shape=_TWO),
    "linear_wide": _case("elu_features", "linear", shape=_WIDE),
    "linear_masked": _case("elu_features", "linear", _MASK),
    "linear_causal": _case("elu_features", "linear", causal="true"),
    "linear_causal_masked": _case("elu_features", "linear", _FIRST_SHOWN, causal="true"),
    "linear_causal_chunks": _case("elu_features", "linear", causal="true", shape=_LONG),
    "performer": _case("positive_features", "performer", features=7, shape=_TWO),
    "performer_wide": _case("positive_features", "performer", features=32, shape=_WIDE),
    "performer_masked": _case("positive_features", "performer", _MASK, features=5),
    "performer_causal": _case("positive_features", "performer", _FIRST_SHOWN, features=9,
                              causal="true"),
    "linformer": _case("linformer", "linformer", rank=4, shape=_TWO),
    "linformer_wide": _case("linformer", "linformer", rank=7, shape=_WIDE),
    "linformer_one_projection": _case("linformer", "linformer", rank=5, share="key_value"),
    "linformer_masked": _case("linformer", "linformer", _MASK, rank=4),
    "nystromformer": _case("nystromformer", "nystromformer", landmarks=4, shape=_EVEN),
    "nystromformer_convolution": _case("nystromformer", "nystromformer", landmarks=3,
                                       convolution=5, shape={**_EVEN, "batch": 2}),
    "nystromformer_convolution_wide": _case(
        "nystromformer", "nystromformer", landmarks=4, convolution=33,
        shape={**_WIDE, "N": 16}),
    "nystrom_attention": _case("nystrom_attention", "nystromformer", landmarks=4,
                               convolution=33, shape={**_EVEN, "H": 1}),
    "nystrom_attention_masked": _case("nystrom_attention", "nystromformer", _EVEN_MASK[:1],
                                      landmarks=4, convolution=3,
                                      shape={**_EVEN, "H": 1}),
    "nystrom_attention_converged": _case("nystrom_attention", "nystromformer", _EVEN_MASK,
                                         landmarks=4, iterations=40, convolution=7,
                                         shape=_EVEN),
    "longformer": _case("longformer", "sliding_window", window=2),
    "longformer_globals": _case("longformer", "sliding_window", window=2, globals=3,
                                shape=_TWO),
    "longformer_masked": _case("longformer", "sliding_window", _FIRST_SHOWN, window=3,
                               globals=2),
    "longformer_wide": _case("longformer", "sliding_window", window=4, globals=1, shape=_WIDE),
    "local_attention": _case("local_attention", "sliding_window", window=3),
    "local_attention_masked": _case("local_attention", "sliding_window", _MASK, window=2),
    "local_attention_causal": _case("local_attention", "sliding_window", window=4,
                                    causal="true"),
    "local_attention_causal_masked": _case("local_attention", "sliding_window", _MASK,
                                           window=2, causal="true"),
    "local_attention_long": _case("local_attention", "sliding_window", window=21,
                                  shape=_LONG),
    "window_causal_globals": _case("window_mask", "sliding_window", window=2, globals=2,
                                   causal="true"),
    "window_everything": _case("window_mask", "sliding_window", _MASK, window=13, globals=1),
    "bigbird": _case("bigbird", "block_sparse", block=2, neighbours=1, globals=1, random=1),
    "bigbird_masked": _case("bigbird", "block_sparse", _FIRST_SHOWN, block=2, neighbours=1,
                            globals=1, random=2),
    "bigbird_wide": _case("bigbird", "block_sparse", block=2, neighbours=1, globals=1,
                          random=3, shape=_WIDE),
    "block_mask": _case("block_mask", "block_sparse", block=3, neighbours=0, globals=2,
                        random=1),
    "block_mask_masked": _case("block_mask", "block_sparse", _MASK, block=2, neighbours=2,
                               globals=0, random=1),
    "isab": _case("isab", "isab", points=4, shape=_TWO),
    "isab_wide": _case("isab", "isab", points=5, widening=2, shape=_WIDE),
    "isab_masked": _case("isab", "isab", _MASK, points=3),
}
