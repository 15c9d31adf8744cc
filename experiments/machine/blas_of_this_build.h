// The machine's peak is a product by BLAS, which chooses its kernels by the CPU; a
// build for a lesser one is held against the kernels of that one.
#pragma once

namespace suite {

// Call it first in main(), with its arguments. Where this program was compiled for
// AVX2 or SSE and the CPU has more, starts it again with OPENBLAS_CORETYPE set, which
// OpenBLAS reads before main(); one that is set already stays. The manifest names the
// kernels that run. Returns unless the program is started again.
void match_blas_to_build(char** arguments);

}  // namespace suite
