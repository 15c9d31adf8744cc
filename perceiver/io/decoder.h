// Outputs from latents (Jaegle et al. 2022, §3.2): each query reads the latents on
// its own, so queries may come in any order, in chunks, and in part.
#pragma once

#include <map>
#include <optional>
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

  struct Workspace {
    AttentionWorkspace<T> cross;
    Mask query_mask;      // of the chunk
    Tensor<T, 3> stream;  // [batch, chunk, E]
    Tensor<T, 3> mapped, own, logits;

    explicit Workspace(AttentionForm form) : cross(form) {}
  };
  Workspace workspace() const { return Workspace(form_); }

  struct Sources {
    const Tensor<T, 3>& latents;     // [batch, M, D]
    const Tensor<T, 3>& inputs;      // [batch, N, C], for queries that are
    const Mask& mask;                // of the inputs
    const Tensor<T, 2>* vocabulary;  // [vocabulary, E], of the text
    const std::map<std::string, std::vector<std::size_t>>& points;
  };
  // Writes outputs of all kinds, by their names. Cost: as that of a layer that
  // reads M inputs with O latents, and of the linear maps behind it.
  void forward(const Sources& from, Workspace& workspace, Outputs<T>& outputs,
               Ledger& ledger) const;

  void for_each_parameter(const ParameterVisitor<T>& visit);

 private:
  struct Kind {
    Queries<T> queries;
    Linear<T> output;  // of its own
  };
  void average(const Tensor<T, 3>& latents, Workspace& workspace,
               Outputs<T>& outputs, Ledger& ledger) const;
  void decode(const Kind& kind, const Sources& from, Workspace& workspace,
              Tensor<T, 3>& output, Ledger& ledger) const;
  // The chunk's outputs, by the maps behind the layer.
  const Tensor<T, 3>& map(const Kind& kind, const Sources& from,
                          Workspace& workspace, Ledger& ledger) const;

  DecoderConfig config_;
  AttentionForm form_;
  bool masks_queries_;
  std::size_t channels_;  // E
  std::vector<Kind> kinds_;
  std::optional<AttentionLayer<T>> cross_;  // of a decoder that queries
  Linear<T> output_;
  Tensor<T, 1> vocabulary_bias_;
};

}  // namespace suite
