// Tasks of texts, read from Debian packages.
#pragma once

#include "training/tasks/kind.h"

namespace suite {

TaskKind language_kind();      // "language"
TaskKind masked_bytes_kind();  // "masked_bytes"

}  // namespace suite
