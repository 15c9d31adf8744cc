// Of which code a run's numbers are.
#pragma once

namespace suite {

// {"primitives": "<SHA-256>", …, "flags": …} as JSON: of each floor that is
// measured the sources, of the build the suite's own flags; wherever the
// checkout lies. The build makes it (tools/measured.bzl).
extern const char kMeasuredCode[];

}  // namespace suite
