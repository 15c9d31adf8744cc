// Outputs from latents (Jaegle et al. 2022, §3.2): each query reads the latents on
// its own, so queries may come in any order, in chunks, and in part.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "perceiver/io/queries.h"
#include "primitives/attention_layer/attention_layer.h"

namespace suite {

template <class T>
using Outputs = std::map<std::string, Tensor<T, 3>>;  // [batch, O, channels]

template <class T>
class Decoder {
 public:
  // Throws Error for a record that makes no decoder.
  explicit Decoder(const IoConfig& config);

  struct Sources {
    const Tensor<T, 3>& latents;     // [batch, M, D]
    const Tensor<T, 3>& inputs;      // [batch, N, C], for queries that are
    const Mask& mask;                // of the inputs
    const Tensor<T, 2>* vocabulary;  // [vocabulary, E], of the text
    const std::map<std::string, std::vector<std::size_t>>& points;
  };
  // Writes outputs of all kinds, by their names. Cost: as that of a layer that
  // reads M inputs with O latents, and of the linear maps behind it.
  void forward(const Sources& from, Outputs<T>& outputs, Ledger& ledger);

  void for_each_parameter(const ParameterVisitor<T>& visit);

 private:
  struct Kind {
    Queries<T> queries;
    Linear<T> output;  // of its own
  };
  void average(const Tensor<T, 3>& latents, Outputs<T>& outputs,
               Ledger& ledger);
  void decode(const Kind& kind, const Sources& from, Tensor<T, 3>& output,
              Ledger& ledger);
  void take_mask(const Mask& mask, std::size_t first,
                 std::span<const std::size_t> named);
  // The chunk's outputs, by the maps behind the layer.
  const Tensor<T, 3>& map(const Kind& kind, const Sources& from,
                          Ledger& ledger);

  DecoderConfig config_;
  bool masks_queries_;
  std::size_t channels_;  // E
  std::vector<Kind> kinds_;
  std::vector<AttentionLayer<T>> cross_;  // one, of a decoder that queries
  Linear<T> output_;
  Tensor<T, 1> vocabulary_bias_;
  AttentionBuffers<T> buffers_;
  Mask chunk_mask_;
  Tensor<T, 3> stream_;  // [batch, chunk, E]
  Tensor<T, 3> mapped_, own_, logits_;
};

}  // namespace suite
