// The rows of all modalities, one after another: each is padded by a learned
// vector of its own to a common width (Jaegle et al. 2022, App. G).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "perceiver/io/preprocessor/preprocessor.h"

namespace suite {

template <class T>
class MultimodalPreprocessor {
 public:
  explicit MultimodalPreprocessor(const IoConfig& config);

  struct Workspace {
    // One a modality that is not hidden, in their order.
    std::vector<typename Preprocessor<T>::Workspace> each;
    Tensor<T, 3> joined;  // [batch, N, C]
  };
  Workspace workspace() const;

  // → rows[batch, N, C], of the workspace or, of one modality, the raw array
  // itself. Throws Error for a modality that is missing, or whose array doesn't
  // fit.
  const Tensor<T, 3>& forward(const std::map<std::string, RawInput<T>>& raw,
                              Workspace& workspace, Ledger& ledger) const;
  // What backward needs while it runs.
  struct Backward {
    std::vector<PreprocessorBackward<T>> each;  // as the workspace's
  };
  Backward backward_workspace() const;
  // By modality; those that are missing aren't wanted.
  using RawGradients = std::map<std::string, Tensor<T, 3>*>;

  // Of the workspace's last forward: gradient += what d_rows[batch, N, C] says,
  // and d_raw += the gradients of raw arrays. Throws Error for one of tokens,
  // which have none.
  void backward(const std::map<std::string, RawInput<T>>& raw,
                const Tensor<T, 3>& d_rows, const Workspace& forward,
                Backward& workspace, MultimodalPreprocessor& gradient,
                const RawGradients& d_raw, Ledger& ledger) const;
  // Has it parameters, so that backward has to reach it?
  bool learns() const;
  void for_each_parameter(const ParameterVisitor<T>& visit);
  void for_each_statistic(const ParameterVisitor<T>& visit);
  const Tensor<T, 2>* vocabulary() const;
  Tensor<T, 2>* vocabulary();
  RawArrays<T> blank(std::size_t batch) const;

 private:
  struct One {
    std::string name;
    std::size_t first = 0, count = 0;             // of the joined rows
    std::optional<Preprocessor<T>> preprocessor;  // none if hidden
    Tensor<T, 1> padding;                         // [C − its own]
    Tensor<T, 1> hidden;                          // [C], instead of its rows
  };
  const Tensor<T, 3>& rows_of_one(
      const One& one, const std::map<std::string, RawInput<T>>& raw,
      typename Preprocessor<T>::Workspace& workspace, Ledger& ledger) const;
  void join(const One& one, const Tensor<T, 3>& from, Tensor<T, 3>& joined,
            Ledger& ledger) const;
  bool is_one() const { return all_.size() == 1 && all_[0].preprocessor; }
  // own ← the gradient of one's rows; gradient.padding is added to.
  void split(const One& one, const Tensor<T, 3>& d_rows, Tensor<T, 3>& own,
             One& gradient, Ledger& ledger) const;
  void write_hidden(const One& one, Tensor<T, 3>& joined) const;

  std::vector<One> all_;
  std::size_t channels_;
  std::size_t count_;
};

}  // namespace suite
