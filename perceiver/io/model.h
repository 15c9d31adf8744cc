// A Perceiver IO (Jaegle et al. 2022, §3): inputs → latents → outputs.
// Cost: O(N·M·F + L·M²·F + O·M·F) for widths of about F.
#pragma once

#include "perceiver/io/decoder.h"
#include "perceiver/io/preprocessor/multimodal_preprocessor.h"
#include "perceiver/perceiver.h"

namespace suite {

template <class T>
class IoModel {
 public:
  // Throws Error for a record that makes no model. Parameters have no values yet.
  explicit IoModel(const IoConfig& config);

  struct Workspace {
    typename MultimodalPreprocessor<T>::Workspace preprocessor;
    typename Perceiver<T>::Workspace encoder;
    typename Decoder<T>::Workspace decoder;
    Outputs<T> outputs;
    // Of a rank.
    std::optional<OutputShare> share = {};
    std::map<std::string, std::vector<std::size_t>> points = {};
  };
  Workspace workspace() const {
    return {preprocessor_.workspace(),
            encoder_.workspace(),
            decoder_.workspace(),
            {}};
  }

  // From now on forwards with `workspace` are those of one rank, as
  // Encoder::share_out() says: each makes its OutputShare of the outputs.
  void share_out(Workspace& workspace, Exchange& exchange) const;

  struct Trace {
    typename MultimodalPreprocessor<T>::Backward preprocessor;
    typename Perceiver<T>::Trace encoder;
    typename Decoder<T>::Trace decoder;
    const Tensor<T, 3>* rows = nullptr;  // that the last forward read
    Tensor<T, 3> d_latents;              // [batch, M, D]
    Tensor<T, 3> d_rows;                 // [batch, N, C]
  };
  Trace trace(Keep keep) const {
    return {preprocessor_.backward_workspace(),
            encoder_.trace(keep),
            decoder_.trace(keep),
            nullptr,
            {},
            {}};
  }

  // Inputs → latents[batch, M, D], which live until the workspace's next
  // forward.
  const Tensor<T, 3>& encode(const IoInput<T>& input, Workspace& workspace,
                             Ledger& ledger) const;

  // Inputs → what the decoder's queries find, or "latents" without a decoder;
  // lives until the workspace's next forward. Throws Error for inputs of
  // another shape than the record's.
  // Leaves in `trace`, unless it is null, what backward needs.
  const Outputs<T>& forward(const IoInput<T>& input, Workspace& workspace,
                            Ledger& ledger, Trace* trace = nullptr) const;

  using RawGradients = typename MultimodalPreprocessor<T>::RawGradients;
  // Of that forward, which was the trace's last and the workspace's, from
  // d loss/d output of all its outputs: `gradient`, a model of the same record,
  // += d loss/d parameters, and d_raw, by modality, += d loss/d raw array, where
  // it is wanted. Batch norms are frozen: their statistics, constants, get none.
  // Cost: about twice forward's. Throws Error if an output's gradient is missing
  // or doesn't fit.
  void backward(const IoInput<T>& input, const OutputGradients<T>& d_outputs,
                Workspace& workspace, Trace& trace, IoModel& gradient,
                const RawGradients& d_raw, Ledger& ledger) const;

  // Visits each parameter once, and statistics of batch norms, which count as
  // none, apart.
  void for_each_parameter(const ParameterVisitor<T>& visit);
  void for_each_statistic(const ParameterVisitor<T>& visit) {
    preprocessor_.for_each_statistic(visit);
  }

  const IoConfig& config() const { return config_; }
  // Inputs of the record's shapes, with no value set.
  RawArrays<T> blank(std::size_t batch) const {
    return preprocessor_.blank(batch);
  }
  // Of the workspace's last read by a materialised encoder, [batch, heads, M,
  // N].
  const Tensor<T, 4>& cross_weights(const Workspace& workspace) const {
    return encoder_.cross_weights(workspace.encoder);
  }

 private:
  const Tensor<T, 3>& rows_of(const IoInput<T>& input, Workspace& workspace,
                              Ledger& ledger) const;

  IoConfig config_;
  MultimodalPreprocessor<T> preprocessor_;
  Perceiver<T> encoder_;
  Decoder<T> decoder_;
};

// Draws all parameters from `seed`, as Encoder's initialise() does.
template <class T>
void initialise(IoModel<T>& model, std::uint64_t seed);

}  // namespace suite
