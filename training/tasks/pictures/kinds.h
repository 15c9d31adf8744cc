// Tasks of small pictures, read from Debian packages.
#pragma once

#include "training/tasks/kind.h"

namespace suite {

TaskKind digits_kind();   // "digits": 8×8, 1,797 of them
TaskKind fashion_kind();  // "fashion": 28×28, 70,000 of them

}  // namespace suite
