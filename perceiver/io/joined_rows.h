// The rows of all modalities, one after another: each is padded by a learned
// vector of its own to a common width (Jaegle et al. 2022, App. G).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "perceiver/io/rows.h"

namespace suite {

template <class T>
class JoinedRows {
 public:
  explicit JoinedRows(const IoConfig& config);

  // → rows[batch, N, C]; lives until the next call. Throws Error for a modality
  // that is missing, or whose array doesn't fit.
  const Tensor<T, 3>& forward(const std::map<std::string, RawInput<T>>& raw,
                              Ledger& ledger);
  void for_each_parameter(const ParameterVisitor<T>& visit);
  void for_each_statistic(const ParameterVisitor<T>& visit);
  const Tensor<T, 2>* vocabulary() const;
  RawArrays<T> blank(std::size_t batch) const;

 private:
  struct One {
    std::string name;
    std::size_t first = 0, count = 0;  // of the joined rows
    std::unique_ptr<Rows<T>> rows;     // null if hidden
    Tensor<T, 1> padding;              // [C − its own]
    Tensor<T, 1> hidden;               // [C], instead of its rows
  };
  const Tensor<T, 3>& rows_of_one(
      const One& one, const std::map<std::string, RawInput<T>>& raw,
      Ledger& ledger) const;
  void join(const One& one, const Tensor<T, 3>& from, Ledger& ledger);

  std::vector<One> all_;
  std::size_t channels_;
  std::size_t count_;
  Tensor<T, 3> joined_;  // [batch, N, C]
};

}  // namespace suite
