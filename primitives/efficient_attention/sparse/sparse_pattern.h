// Who reads whom: runs of keys that all queries of a block read, and a range of
// each query's own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "primitives/attention/attention_inputs.h"

namespace suite {

struct KeyRange {
  std::size_t first = 0, last = 0;  // keys [first, last)

  std::size_t size() const { return last > first ? last - first : 0; }
};

// Who reads whom, over the N rows of an example; the same for all heads.
struct SparsePattern {
  std::size_t rows = 0;   // N
  std::size_t block = 0;  // queries of a block
  // The first so many queries share no block with the others: those that read
  // everything would make their neighbours pay.
  std::size_t apart = 0;
  // The runs that every query of the block that begins with `query` reads. They
  // don't overlap one another or `own`. None: empty.
  std::function<void(std::size_t query, std::vector<KeyRange>& runs)> whole =
      {};
  // What a query reads besides; neighbours' ranges should overlap. None: empty.
  std::function<KeyRange(std::size_t query)> own = {};

  std::size_t blocks() const;
  KeyRange queries_of(std::size_t block) const;

  // Calls read_whole(range) for what all queries of the block read, then
  // read_edge(range) for what only some of them do, each within its own range.
  // `runs` is scratch.
  template <class ReadWhole, class ReadEdge>
  void for_each_run(const KeyRange& queries, std::vector<KeyRange>& runs,
                    const ReadWhole& read_whole,
                    const ReadEdge& read_edge) const {
    runs.clear();
    if (whole) whole(queries.first, runs);
    for (const KeyRange& run : runs) read_whole(run);
    if (!own) return;
    KeyRange all{rows, 0}, common{0, rows};
    for (std::size_t q = queries.first; q < queries.last; ++q) {
      const KeyRange of_query = own(q);
      all = {std::min(all.first, of_query.first),
             std::max(all.last, of_query.last)};
      common = {std::max(common.first, of_query.first),
                std::min(common.last, of_query.last)};
    }
    if (common.size() == 0) return read_edge(all);
    // What all read comes first: forward's state that has seen nothing on some
    // lanes only is not for ReadsAll.
    read_whole(common);
    read_edge({all.first, common.first});
    read_edge({common.last, all.last});
  }
};

// The part of `range` within the tile [first, first + count), from its
// beginning.
KeyRange within(const KeyRange& range, std::size_t first, std::size_t count);

// How many keys of the range a mask shows; all without one.
std::size_t shown_in(const KeyRange& range, const std::uint8_t* valid);

// Of a query and a key that it reads, in all heads of all examples, by the
// pattern and the mask alone.
template <class T>
std::size_t pairs_of(const AttentionInputs<T>& inputs,
                     const SparsePattern& pattern) {
  std::size_t pairs = 0;
  std::vector<KeyRange> runs;
  for (std::size_t b = 0; b < inputs.queries.batch; ++b) {
    const std::uint8_t* valid = inputs.valid_keys(b);
    for (std::size_t i = 0; i < pattern.blocks(); ++i) {
      const KeyRange block = pattern.queries_of(i);
      runs.clear();
      if (pattern.whole) pattern.whole(block.first, runs);
      for (const KeyRange& run : runs) {
        pairs += block.size() * shown_in(run, valid);
      }
      for (std::size_t q = block.first; pattern.own && q < block.last; ++q) {
        pairs += shown_in(pattern.own(q), valid);
      }
    }
  }
  return inputs.heads * pairs;
}

}  // namespace suite
