#include "perceiver/io/preprocessor/multimodal_preprocessor.h"

#include <algorithm>

#include "primitives/layers/learned_rows.h"

namespace suite {

template <class T>
MultimodalPreprocessor<T>::MultimodalPreprocessor(const IoConfig& config)
    : channels_(input_channels(config)), count_(input_rows(config)) {
  require(!config.inputs.empty(), "a model without inputs");
  std::size_t first = 0;
  for (const Modality& modality : config.inputs) {
    One& one = all_.emplace_back();
    one.name = modality.name;
    one.first = first;
    one.count = elements(suite::rows_of(modality, config.semantics));
    first += one.count;
    if (modality.hidden) {
      one.hidden.resize({channels_});
    } else {
      one.preprocessor.emplace(modality, config.semantics);
      one.padding.resize({channels_ - channels_of(modality)});
    }
  }
}

template <class T>
auto MultimodalPreprocessor<T>::workspace() const -> Workspace {
  Workspace workspace;
  for (const One& one : all_) {
    if (!one.preprocessor) continue;
    workspace.each.push_back(one.preprocessor->workspace());
  }
  return workspace;
}

template <class T>
const Tensor<T, 3>& MultimodalPreprocessor<T>::rows_of_one(
    const One& one, const std::map<std::string, RawInput<T>>& raw,
    typename Preprocessor<T>::Workspace& workspace, Ledger& ledger) const {
  const auto found = raw.find(one.name);
  require(found != raw.end(), "no {}: the model takes it", one.name);
  return one.preprocessor->forward(found->second, workspace, ledger);
}

template <class T>
const Tensor<T, 3>& MultimodalPreprocessor<T>::forward(
    const std::map<std::string, RawInput<T>>& raw, Workspace& workspace,
    Ledger& ledger) const {
  if (is_one()) {
    return rows_of_one(all_[0], raw, workspace.each[0], ledger);
  }
  Tensor<T, 3>& joined = workspace.joined;
  auto own = workspace.each.begin();
  std::size_t batch = 0;
  for (const One& one : all_) {
    if (!one.preprocessor) continue;
    const Tensor<T, 3>& from = rows_of_one(one, raw, *own++, ledger);
    if (batch == 0) batch = from.shape(0);
    require(from.shape(0) == batch, "{}: {} examples, what is beside it has {}",
            one.name, from.shape(0), batch);
    joined.resize({batch, count_, channels_});
    require(from.shape(1) == one.count, "{}: {} rows, the model takes {}",
            one.name, from.shape(1), one.count);
    join(one, from, joined, ledger);
  }
  for (const One& one : all_) {
    if (!one.preprocessor && ledger.computes()) write_hidden(one, joined);
  }
  return joined;
}

template <class T>
void MultimodalPreprocessor<T>::join(const One& one, const Tensor<T, 3>& from,
                                     Tensor<T, 3>& joined,
                                     Ledger& ledger) const {
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = bytes_of(from) +
                          sizeof(T) * from.shape(0) * one.count * channels_})) {
    return;
  }
  for (std::size_t r = 0; r < from.shape(0) * one.count; ++r) {
    const MatrixView<T> to = example(joined, r / one.count);
    T* row = to.row(one.first + r % one.count);
    row = std::copy_n(all_rows(from).row(r), from.shape(2), row);
    std::copy(one.padding.begin(), one.padding.end(), row);
  }
}

template <class T>
void MultimodalPreprocessor<T>::write_hidden(const One& one,
                                             Tensor<T, 3>& joined) const {
  for (std::size_t r = 0; r < joined.shape(0) * one.count; ++r) {
    const MatrixView<T> to = example(joined, r / one.count);
    std::copy(one.hidden.begin(), one.hidden.end(),
              to.row(one.first + r % one.count));
  }
}

template <class T>
auto MultimodalPreprocessor<T>::backward_workspace() const -> Backward {
  Backward workspace;
  for (const One& one : all_) {
    if (one.preprocessor) workspace.each.emplace_back();
  }
  return workspace;
}

template <class T>
void MultimodalPreprocessor<T>::split(const One& one,
                                      const Tensor<T, 3>& d_rows,
                                      Tensor<T, 3>& own, One& gradient,
                                      Ledger& ledger) const {
  const std::size_t batch = d_rows.shape(0);
  const std::size_t width = channels_ - one.padding.size();
  own.resize({batch, one.count, width});
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = bytes_of(own) +
                          sizeof(T) * batch * one.count * channels_})) {
    return;
  }
  for (std::size_t b = 0; b < batch; ++b) {
    const MatrixView<const T> from =
        example(d_rows, b).row_range(one.first, one.count);
    for (std::size_t r = 0; r < one.count; ++r) {
      std::copy_n(from.row(r), width, example(own, b).row(r));
    }
    repeat_vector_backward(from.columns(width, one.padding.size()),
                           gradient.padding);
  }
}

template <class T>
void MultimodalPreprocessor<T>::backward(
    const std::map<std::string, RawInput<T>>& raw, const Tensor<T, 3>& d_rows,
    const Workspace& forward, Backward& w, MultimodalPreprocessor& gradient,
    const RawGradients& d_raw, Ledger& ledger) const {
  std::size_t own = 0;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const One& one = all_[i];
    if (!one.preprocessor) {
      for (std::size_t b = 0; ledger.computes() && b < d_rows.shape(0); ++b) {
        repeat_vector_backward(
            example(d_rows, b).row_range(one.first, one.count),
            gradient.all_[i].hidden);
      }
      continue;
    }
    PreprocessorBackward<T>& room = w.each[own];
    if (!is_one()) {
      split(one, d_rows, room.d_rows, gradient.all_[i], ledger);
    }
    const auto wanted = d_raw.find(one.name);
    one.preprocessor->backward(
        raw.at(one.name), is_one() ? d_rows : room.d_rows, forward.each[own],
        room, *gradient.all_[i].preprocessor,
        wanted == d_raw.end() ? nullptr : wanted->second, ledger);
    ++own;
  }
}

template <class T>
bool MultimodalPreprocessor<T>::learns() const {
  return std::any_of(all_.begin(), all_.end(), [](const One& one) {
    return one.padding.size() + one.hidden.size() > 0 ||
           (one.preprocessor && one.preprocessor->learns());
  });
}

template <class T>
void MultimodalPreprocessor<T>::for_each_parameter(
    const ParameterVisitor<T>& visit) {
  for (One& one : all_) {
    if (one.preprocessor) {
      one.preprocessor->for_each_parameter(one.name, visit);
    }
    if (one.padding.size() > 0) {
      visit_tensor(visit, one.name + ".padding", one.padding, Init::latent);
    }
    if (one.hidden.size() > 0) {
      visit_tensor(visit, one.name + ".hidden", one.hidden, Init::latent);
    }
  }
}

template <class T>
void MultimodalPreprocessor<T>::for_each_statistic(
    const ParameterVisitor<T>& visit) {
  for (One& one : all_) {
    if (one.preprocessor) {
      one.preprocessor->for_each_statistic(one.name, visit);
    }
  }
}

template <class T>
const Tensor<T, 2>* MultimodalPreprocessor<T>::vocabulary() const {
  for (const One& one : all_) {
    if (one.preprocessor && one.preprocessor->vocabulary() != nullptr) {
      return one.preprocessor->vocabulary();
    }
  }
  return nullptr;
}

template <class T>
Tensor<T, 2>* MultimodalPreprocessor<T>::vocabulary() {
  for (One& one : all_) {
    if (one.preprocessor && one.preprocessor->vocabulary() != nullptr) {
      return one.preprocessor->vocabulary();
    }
  }
  return nullptr;
}

template <class T>
RawArrays<T> MultimodalPreprocessor<T>::blank(std::size_t batch) const {
  RawArrays<T> raw;
  for (const One& one : all_) {
    if (one.preprocessor) {
      raw.emplace(one.name, one.preprocessor->blank(batch));
    }
  }
  return raw;
}

template class MultimodalPreprocessor<float>;
template class MultimodalPreprocessor<double>;

}  // namespace suite
