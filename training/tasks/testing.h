// What the tests of tasks share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/formats/testing.h"
#include "training/tasks/task.h"

namespace suite {

inline constexpr Split kSplits[] = {Split::train, Split::held_out, Split::test};

// The first examples of a split, at most `most`.
Examples first_examples(const Task& task, Split split, std::uint64_t most);

// The values of example `e`, [N·channels], and its labels, [outputs].
std::vector<float> values_of(const Examples& examples, std::size_t e);
std::vector<std::int32_t> labels_of(const Task& task, const Examples& examples,
                                    std::size_t e);

// Expects what holds for every task: facts that fit each other; examples of
// their shapes, with finite values and labels below the number of classes; the
// same bits whichever examples stand beside one, in memory used before, and
// for one thread and three.
void expect_a_task(const Task& task);

// How many examples of one split stand in another; of the first `most` of each.
std::size_t shared_by_splits(const Task& task, std::uint64_t most);

// Of the first 20 examples of each split, all bits of values and labels: what a
// test knows by heart, so that they stay what they are on every machine.
std::uint64_t fingerprint(const Task& task);

// Writes `content` packed, where `path` is below the folder; makes folders.
std::string write_packed(const TestFolder& root, const std::string& path,
                         std::string_view content);

}  // namespace suite
