// The options of the contestant `perceiver_io`, and the record that they make.
#pragma once

#include "contract/options.h"
#include "contract/shape.h"
#include "perceiver/io/config.h"

namespace suite {

std::vector<OptionSpec> io_options();

// Inputs are one modality, an array of rows; a decoder asks with O learned
// queries. Throws Error for O = 0.
IoConfig io_config(const Shape& shape, const Options& options);

}  // namespace suite
