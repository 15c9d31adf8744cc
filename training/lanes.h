// A loop over all values of a row as whole vectors and one that is not full, in
// the same code: a value's bits don't depend on where it stands.
#pragma once

#include <cstddef>

#include "primitives/simd.h"

namespace suite {

// Values at, at + 1, … of a row.
template <class T>
struct WholeVector {
  std::size_t at;

  Vec<T> load(const T* row) const { return suite::load(row + at); }
  void store(T* row, const Vec<T>& value) const {
    suite::store(row + at, value);
  }
};

// The `count` that are left; other lanes are 0 and are not written.
template <class T>
struct LastVector {
  std::size_t at;
  std::size_t count;

  Vec<T> load(const T* row) const { return load_first(row + at, count); }
  void store(T* row, const Vec<T>& value) const {
    store_first(row + at, value, count);
  }
};

// Calls step(lanes) until `count` values are done, from the first on.
template <class T, class F>
void for_each_vector(std::size_t count, const F& step) {
  std::size_t i = 0;
  for (; i + kLanes<T> <= count; i += kLanes<T>) step(WholeVector<T>{i});
  if (i < count) step(LastVector<T>{i, count - i});
}

}  // namespace suite
