// A Perceiver IO (Jaegle et al. 2022, §3): inputs → latents → outputs.
// Cost: O(N·M·F + L·M²·F + O·M·F) for widths of about F.
#pragma once

#include "perceiver/io/decoder.h"
#include "perceiver/io/joined_rows.h"
#include "perceiver/perceiver.h"

namespace suite {

template <class T>
class IoModel {
 public:
  // Throws Error for a record that makes no model. Parameters have no values yet.
  explicit IoModel(const IoConfig& config);

  // Inputs → latents[batch, M, D]; lives until the next call.
  const Tensor<T, 3>& encode(const IoInput<T>& input, Ledger& ledger);

  // Inputs → what the decoder's queries find, or "latents" without a decoder;
  // lives until the next call. Throws Error for inputs of another shape than the
  // record's.
  const Outputs<T>& forward(const IoInput<T>& input, Ledger& ledger);

  // Visits each parameter once, and statistics of batch norms, which count as
  // none, apart.
  void for_each_parameter(const ParameterVisitor<T>& visit);
  void for_each_statistic(const ParameterVisitor<T>& visit) {
    rows_.for_each_statistic(visit);
  }

  const IoConfig& config() const { return config_; }
  // Inputs of the record's shapes, with no value set.
  RawArrays<T> blank(std::size_t batch) const { return rows_.blank(batch); }
  // Of the last read of a materialised encoder, [batch, heads, M, N].
  const Tensor<T, 4>& cross_weights() const { return encoder_.cross_weights(); }

 private:
  IoConfig config_;
  JoinedRows<T> rows_;
  Perceiver<T> encoder_;
  Decoder<T> decoder_;
  const Tensor<T, 3>* read_ = nullptr;  // what the encoder read last
  Outputs<T> outputs_;
};

// Draws all parameters from `seed`, as Encoder's initialise() does.
template <class T>
void initialise(IoModel<T>& model, std::uint64_t seed);

}  // namespace suite
