// What the contestant `perceiver_io` should answer.
#pragma once

#include "contract/options.h"
#include "contract/oracle.h"
#include "contract/shape.h"

namespace suite {

// [batch, O, ·] by naive double-precision loops.
oracle::Array io_reference(const Shape& shape, const Options& options,
                           const oracle::Parameters& parameters,
                           const oracle::Array& input,
                           const oracle::Valid& valid);

}  // namespace suite
