#include "perceiver/io/joined_rows.h"

#include <algorithm>

namespace suite {

template <class T>
JoinedRows<T>::JoinedRows(const IoConfig& config)
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
      one.rows = make_rows<T>(modality, config.semantics);
      one.padding.resize({channels_ - channels_of(modality)});
    }
  }
}

template <class T>
const Tensor<T, 3>& JoinedRows<T>::rows_of_one(
    const One& one, const std::map<std::string, RawInput<T>>& raw,
    Ledger& ledger) const {
  const auto found = raw.find(one.name);
  require(found != raw.end(), "no {}: the model takes it", one.name);
  return one.rows->forward(found->second, ledger);
}

template <class T>
const Tensor<T, 3>& JoinedRows<T>::forward(
    const std::map<std::string, RawInput<T>>& raw, Ledger& ledger) {
  if (all_.size() == 1 && all_[0].rows) {
    return rows_of_one(all_[0], raw, ledger);
  }
  std::size_t batch = 0;
  for (const One& one : all_) {
    if (!one.rows) continue;
    const Tensor<T, 3>& from = rows_of_one(one, raw, ledger);
    if (batch == 0) batch = from.shape(0);
    require(from.shape(0) == batch, "{}: {} examples, what is beside it has {}",
            one.name, from.shape(0), batch);
    joined_.resize({batch, count_, channels_});
    require(from.shape(1) == one.count, "{}: {} rows, the model takes {}",
            one.name, from.shape(1), one.count);
    join(one, from, ledger);
  }
  for (const One& one : all_) {
    for (std::size_t r = 0; !one.rows && ledger.computes() &&
                            r < batch * one.count;
         ++r) {
      const MatrixView<T> to = example(joined_, r / one.count);
      std::copy(one.hidden.begin(), one.hidden.end(),
                to.row(one.first + r % one.count));
    }
  }
  return joined_;
}

template <class T>
void JoinedRows<T>::join(const One& one, const Tensor<T, 3>& from,
                         Ledger& ledger) {
  if (!ledger[Part::position_encoding].add(
          {.bytes_moved = bytes_of(from) +
                          sizeof(T) * from.shape(0) * one.count * channels_})) {
    return;
  }
  for (std::size_t r = 0; r < from.shape(0) * one.count; ++r) {
    const MatrixView<T> to = example(joined_, r / one.count);
    T* row = to.row(one.first + r % one.count);
    row = std::copy_n(all_rows(from).row(r), from.shape(2), row);
    std::copy(one.padding.begin(), one.padding.end(), row);
  }
}

template <class T>
void JoinedRows<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  for (One& one : all_) {
    if (one.rows) one.rows->for_each_parameter(one.name, visit);
    if (one.padding.size() > 0) {
      visit_tensor(visit, one.name + ".padding", one.padding, Init::latent);
    }
    if (one.hidden.size() > 0) {
      visit_tensor(visit, one.name + ".hidden", one.hidden, Init::latent);
    }
  }
}

template <class T>
void JoinedRows<T>::for_each_statistic(const ParameterVisitor<T>& visit) {
  for (One& one : all_) {
    if (one.rows) one.rows->for_each_statistic(one.name, visit);
  }
}

template <class T>
const Tensor<T, 2>* JoinedRows<T>::vocabulary() const {
  for (const One& one : all_) {
    if (one.rows && one.rows->vocabulary()) return one.rows->vocabulary();
  }
  return nullptr;
}

template <class T>
RawArrays<T> JoinedRows<T>::blank(
    std::size_t batch) const {
  RawArrays<T> raw;
  for (const One& one : all_) {
    if (one.rows) raw.emplace(one.name, one.rows->blank(batch));
  }
  return raw;
}

template class JoinedRows<float>;
template class JoinedRows<double>;

}  // namespace suite
