// What attention of a rank's tokens is among those of all ranks.
#pragma once

#include "primitives/attention/attention_inputs.h"
#include "primitives/attention/streaming.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

// All tokens read all: what one rank would do. It says how keys are cut.
template <class T>
AttentionShape all_over_all(AttentionShape own, const InputShare& share) {
  own.queries = own.keys = share.all;
  own.key_ranges = streaming_plan<T>(own).key_ranges;
  return own;
}

// A rank's queries read the keys of all ranks.
template <class T>
AttentionShape queries_over_all(const AttentionShape& own,
                                const InputShare& share) {
  AttentionShape read = all_over_all<T>(own, share);
  read.queries = share.inputs();
  return read;
}

// All tokens read all, in a rank's part of the heads.
template <class T>
AttentionShape heads_over_all(const AttentionShape& own,
                              const InputShare& share) {
  AttentionShape read = all_over_all<T>(own, share);
  read.heads /= share.ranks;
  return read;
}

// Throws Error unless they are of the share's tokens, rows without a gap, and
// all are shown.
template <class T>
void require_own(const AttentionInputs<T>& own, const InputShare& share) {
  require(own.queries.rows == share.inputs() && own.keys.rows == share.inputs(),
          "rank {} of {} has {} queries and {} keys, {} are its share",
          share.rank, share.ranks, own.queries.rows, own.keys.rows,
          share.inputs());
  require(
      own.keys.stride == own.keys.cols && own.values.stride == own.values.cols,
      "over ranks keys and values are tensors of their own");
  require(own.mask.size() == 0, "over ranks inputs are read without a mask");
}

}  // namespace suite
