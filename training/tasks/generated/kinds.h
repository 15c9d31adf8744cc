// Tasks that are generated, so that their truth is known.
#pragma once

#include "training/tasks/kind.h"

namespace suite {

TaskKind count_and_maximum_kind();  // "count_and_maximum"
TaskKind needles_kind();            // "needles"
TaskKind pointer_chase_kind();      // "pointer_chase"
TaskKind points_kind();             // "points"
TaskKind sound_kind();              // "sound"

}  // namespace suite
