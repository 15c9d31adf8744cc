#include "training/tasks/task.h"

namespace suite {

std::string_view name_of(Split split) {
  if (split == Split::train) return "train";
  return split == Split::test ? "test" : "held_out";
}

}  // namespace suite
