// The definition that a run was made with, as its manifest keeps it.
#pragma once

#include "analysis/runs/run.h"
#include "experiments/definition/definition.h"

namespace suite {

// Throws Error if the manifest keeps none, or one that this build doesn't read.
Definition definition_of(const Run& run);

}  // namespace suite
