#include "primitives/efficient_attention/sparse/sparse_pattern.h"

#include "primitives/panels/caches.h"

namespace suite {

std::size_t SparsePattern::blocks() const {
  return divide_up(apart, block) + divide_up(rows - apart, block);
}

KeyRange SparsePattern::queries_of(std::size_t index) const {
  const std::size_t early = divide_up(apart, block);
  if (index < early) {
    return {index * block, std::min((index + 1) * block, apart)};
  }
  const std::size_t first = apart + (index - early) * block;
  return {first, std::min(first + block, rows)};
}

KeyRange within(const KeyRange& range, std::size_t first, std::size_t count) {
  const auto clamp = [&](std::size_t n) {
    return std::clamp(n, first, first + count) - first;
  };
  return {clamp(range.first), clamp(range.last)};
}

std::size_t shown_in(const KeyRange& range, const std::uint8_t* valid) {
  if (valid == nullptr || range.size() == 0) return range.size();
  return static_cast<std::size_t>(
      std::count_if(valid + range.first, valid + range.last,
                    [](auto shown) { return shown != 0; }));
}

}  // namespace suite
