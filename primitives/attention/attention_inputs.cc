#include "primitives/attention/attention_inputs.h"

#include <algorithm>

#include "support/check.h"

namespace suite {
namespace {

// Rows of one head of keys or values.
template <class T>
MatrixView<const T> head_of(const AttentionInputs<T>& inputs,
                            const BatchView<const T>& all, std::size_t index,
                            std::size_t head) {
  const std::size_t heads =
      inputs.key_heads == 0 ? inputs.heads : inputs.key_heads;
  if (inputs.by_heads) return example(all, index * heads + head);
  const std::size_t channels = all.cols / heads;
  return example(all, index).columns(head * channels, channels);
}

}  // namespace

template <class T>
AttentionShape AttentionInputs<T>::shape() const {
  const std::size_t batch = queries.batch, N = keys.rows;
  require(key_heads == 0 || (heads % key_heads == 0),
          "attention: {} heads of keys do not divide {} of queries", key_heads,
          heads);
  // As many heads of queries read one of keys.
  const std::size_t shared = key_heads == 0 ? 1 : heads / key_heads;
  // Into how many matrices the keys of an example are cut.
  const std::size_t cuts = by_heads ? heads / shared : 1;
  const std::size_t qk = queries.cols, v = values.cols * cuts * shared;
  require(keys.batch == batch * cuts && values.batch == batch * cuts &&
              values.rows == N && keys.cols * cuts * shared == qk,
          "attention: queries [{}, {}, {}], keys [{}, {}, {}] and values [{}, "
          "{}, {}] do not belong together",
          batch, queries.rows, qk, keys.batch, N, keys.cols, values.batch,
          values.rows, values.cols);
  require(heads > 0 && qk % heads == 0 && v % heads == 0,
          "attention: {} heads must divide {} query and {} value channels",
          heads, qk, v);
  require(mask.size() == 0 || (mask.shape(0) == batch && mask.shape(1) == N),
          "attention: the mask must be [{}, {}] or empty", batch, N);
  return {batch,      queries.rows, N,         heads,
          qk / heads, v / heads,    key_heads, key_ranges};
}

template <class T>
MatrixView<const T> AttentionInputs<T>::keys_of(std::size_t example,
                                                std::size_t head) const {
  return head_of(*this, keys, example, head);
}

template <class T>
MatrixView<const T> AttentionInputs<T>::values_of(std::size_t example,
                                                  std::size_t head) const {
  return head_of(*this, values, example, head);
}

template <class T>
const std::uint8_t* AttentionInputs<T>::valid_keys(std::size_t example) const {
  return mask.size() == 0 ? nullptr : &mask(example, 0);
}

std::size_t shown_keys(const Mask& mask, std::size_t batch, std::size_t keys) {
  if (mask.size() == 0) return batch * keys;
  return static_cast<std::size_t>(
      std::count_if(mask.begin(), mask.end(), [](auto m) { return m != 0; }));
}

template struct AttentionInputs<float>;
template struct AttentionInputs<double>;

}  // namespace suite
