// Sound as float samples, from any file that libsndfile reads: WAV, FLAC, OGG.
#pragma once

#include <cstddef>
#include <string>

#include "primitives/tensor.h"

namespace suite {

inline constexpr std::size_t kMostSamples = std::size_t{1} << 28;  // 1 GiB

struct Audio {
  Tensor<float, 2> samples;  // [1, samples], in [−1, 1]
  int rate = 0;              // Hz
  std::size_t clipped = 0;   // samples that were beyond [−1, 1], cut to it
};

// Several channels become their mean. Integers of b bits are divided by
// 2^(b−1), as libsndfile does. `rate` in Hz is demanded; 0 takes any: nothing
// is resampled. Throws Error, naming the file, for another rate, a file that is
// no sound, holds no samples, is cut short, holds what is no number, or more
// than kMostSamples. Cost: the decoder's.
Audio read_audio(const std::string& path, int rate = 0);

// [1, any] → [1, count]: the first `count` samples, followed by silence if
// there are fewer.
Tensor<float, 2> first_samples(const Tensor<float, 2>& samples,
                               std::size_t count);

}  // namespace suite
