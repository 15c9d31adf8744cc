#include "perceiver/io/preprocessor/multimodal_preprocessor.h"

#include <algorithm>

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
  if (all_.size() == 1 && all_[0].preprocessor) {
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
