// How many threads a region gets: OpenMP's and BLAS's counts, set as one.
#pragma once

#include <string>
#include <vector>

namespace suite {

// From now on parallel regions and products outside them use `count` threads.
// Throws Error unless count is in 1…1024 and BLAS can have as many.
void set_threads(int count);
int threads();
int cores();  // that this process may run on
// As many as cores, or the most that BLAS was built for. Sets them.
int set_all_threads();

// The counts that a user lists for `--threads`: "2"; "1,2", which are sorted;
// "0" is as many as cores, and sets them. Throws Error for any other text.
std::vector<int> thread_counts(const std::string& list);

}  // namespace suite
