// Outputs from latents (Jaegle et al. 2022, §3.2): each query reads the latents on
// its own, so queries may come in any order, in chunks, and in part.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "perceiver/io/output_share.h"
#include "perceiver/io/queries.h"
#include "primitives/attention_layer/attention_layer.h"
#include "primitives/attention_layer/layer_traces.h"

namespace suite {

template <class T>
using Outputs = std::map<std::string, Tensor<T, 3>>;  // [batch, O, channels]

// d loss/d output by an output's name; what they point at is the caller's.
template <class T>
using OutputGradients = std::map<std::string, const Tensor<T, 3>*>;

// What one chunk of queries keeps for its backward.
template <class T>
struct ChunkTrace : AttentionLayerTrace<T> {
  // What the maps behind the layer were given, where there are such.
  Tensor<T, 3> found;   // [batch, chunk, E], by the layer
  Tensor<T, 3> mapped;  // by the map of all kinds
  Tensor<T, 3> own;     // by the kind's own
};

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
    // Of a rank, whose points are these outputs, filled up to whole chunks;
    // null: all are made here.
    const OutputShare* share = nullptr;
  };
  struct Trace {
    LayerTraces<T, ChunkTrace<T>> chunks;
    AttentionLayerBackward<T> cross;
    Tensor<T, 3> d_part;                    // of a chunk's outputs
    Tensor<T, 3> d_own, d_mapped, d_found;  // of what the maps were given

    Trace(Keep keep, AttentionForm form) : chunks(keep), cross(form) {}
  };
  Trace trace(Keep keep) const { return Trace(keep, form_); }

  // Writes outputs of all kinds, by their names. Cost: as that of a layer that
  // reads M inputs with O latents, and of the linear maps behind it. Leaves in
  // `trace`, unless it is null, what backward needs.
  void forward(const Sources& from, Workspace& workspace, Outputs<T>& outputs,
               Ledger& ledger, Trace* trace = nullptr) const;

  // What backward adds to besides the decoder's own gradient.
  struct SourceGradients {
    Tensor<T, 3>& latents;
    Tensor<T, 3>* inputs;      // or null, if they aren't wanted
    Tensor<T, 2>* vocabulary;  // null without one
  };
  // Of the trace's and the workspace's last forward, from the gradients of all
  // its outputs. Cost: about twice forward's.
  void backward(const Sources& from, const OutputGradients<T>& d_outputs,
                Workspace& workspace, Trace& trace, Decoder& gradient,
                const SourceGradients& d_from, Ledger& ledger) const;
  // Are some queries the encoder's inputs, which then have a gradient here?
  bool asks_with_inputs() const;

  void for_each_parameter(const ParameterVisitor<T>& visit);

 private:
  struct Kind {
    Queries<T> queries;
    Linear<T> output;  // of its own
  };
  // What is asked of a kind.
  struct Asked {
    std::span<const std::size_t> named;  // outputs; empty: all
    std::size_t count = 0;               // of outputs
    std::size_t chunk = 0;               // the most at once
    bool masked = false;                 // queries are, as the inputs
    bool filled = false;                 // are all chunks as long?

    std::size_t rows(std::size_t first) const {
      return std::min(chunk, count - first);
    }
    std::size_t queries(std::size_t first) const {
      return filled ? chunk : rows(first);
    }
  };
  Asked asked(const Kind& kind, const Sources& from) const;
  std::string averages_name() const {
    return config_.queries.empty() ? "label" : config_.queries[0].name;
  }
  void average(const Tensor<T, 3>& latents, Workspace& workspace,
               Outputs<T>& outputs, Ledger& ledger) const;
  void average_backward(const OutputGradients<T>& d_outputs,
                        const Workspace& workspace, Trace& trace,
                        Decoder& gradient, Tensor<T, 3>& d_latents,
                        Ledger& ledger) const;
  void decode(const Kind& kind, const Sources& from, Workspace& workspace,
              Tensor<T, 3>& output, Ledger& ledger, Trace* trace) const;
  void decode_backward(std::size_t kind, const Sources& from,
                       const Tensor<T, 3>& d_output, Workspace& workspace,
                       Trace& trace, Decoder& gradient,
                       const SourceGradients& d_from, Ledger& ledger) const;
  // A chunk's forward, with a trace or null: the layer turns queries into
  // answers, the maps behind it make `part` of these.
  auto chunk_forward(const Kind& kind, const Sources& from, bool masked,
                     Workspace& workspace, const Tensor<T, 3>*& part,
                     Ledger& ledger) const {
    return [&, masked](Tensor<T, 3>& stream, ChunkTrace<T>* trace) {
      cross_->forward(stream, from.latents, no_mask(), workspace.cross, ledger,
                      masked ? &workspace.query_mask : nullptr, trace);
      part = &map(kind, from, stream, trace, workspace, ledger);
    };
  }
  bool maps(const Kind& kind) const {
    return config_.outputs > 0 || follows(kind);
  }
  // Is there a map behind that of all kinds?
  bool follows(const Kind& kind) const {
    return kind.output.weight.size() > 0 || config_.vocabulary;
  }
  const Tensor<T, 3>& map(const Kind& kind, const Sources& from,
                          const Tensor<T, 3>& stream, ChunkTrace<T>* trace,
                          Workspace& workspace, Ledger& ledger) const;
  // From trace.d_part the gradient of the layer's output, of the trace.
  Tensor<T, 3>& map_backward(std::size_t kind, const Sources& from,
                             const ChunkTrace<T>& chunk, Trace& trace,
                             Decoder& gradient, Tensor<T, 2>* d_vocabulary,
                             Ledger& ledger) const;
  // The mask of a chunk's queries.
  static void take_mask(const Mask& mask, const Asked& asked, std::size_t first,
                        Mask& chunk);

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
