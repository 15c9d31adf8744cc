// The transformer encoder (Vaswani et al. 2017, §3.1), pre-norm: B layers over
// all N inputs. Its layer is the Perceiver's latent layer, so what differs between
// the two is the algorithm alone; what mixes its rows is a variant.
#pragma once

#include "baselines/transformer/attention_variant.h"

namespace suite {

// Named transformer(attention=NAME), with the transformer's options after the
// variant's own.
Contestant transformer_with(const AttentionVariant& variant);

}  // namespace suite
