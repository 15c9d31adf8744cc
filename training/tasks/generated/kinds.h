// Tasks that are generated, so that their truth is known.
#pragma once

#include "training/tasks/kind.h"

namespace suite {

TaskKind needles_kind();  // "needles"

}  // namespace suite
