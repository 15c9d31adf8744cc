#include "pretrained/inputs/audio.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "pretrained/inputs/whole_sound.h"
#include "support/check.h"
#include "support/formats/byte_source.h"

namespace suite {
namespace {

constexpr std::size_t kFramesAtOnce = 4096;

// Means of the channels of `frames` frames, appended to `samples`.
void mix(const std::vector<float>& frames, std::size_t count,
         std::size_t channels, std::vector<float>& samples) {
  for (std::size_t f = 0; f < count; ++f) {
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += frames[f * channels + c];
    samples.push_back(static_cast<float>(sum / static_cast<double>(channels)));
  }
}

std::vector<float> mixed_samples(SNDFILE* file, const SF_INFO& info) {
  const auto channels = static_cast<std::size_t>(info.channels);
  std::vector<float> frames(kFramesAtOnce * channels), samples;
  for (;;) {
    const sf_count_t read = sf_readf_float(file, frames.data(), kFramesAtOnce);
    if (read <= 0) return samples;
    mix(frames, static_cast<std::size_t>(read), channels, samples);
  }
}

}  // namespace

Audio read_audio(const std::string& path, int rate) {
  require_whole_sound(*open_bytes(path));
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(
      sf_open(path.c_str(), SFM_READ, &info), sf_close);
  require(file != nullptr, "{}: is no sound file: {}", path,
          sf_strerror(nullptr));
  require(rate == 0 || info.samplerate == rate,
          "{}: has {} samples a second, the model takes {}", path,
          info.samplerate, rate);
  require(static_cast<std::uint64_t>(info.frames) <=
              kMostSamples / static_cast<std::uint64_t>(info.channels),
          "{}: says it has {} samples in each of {} channels, allowed are {} "
          "in all",
          path, info.frames, info.channels, kMostSamples);

  const std::vector<float> samples = mixed_samples(file.get(), info);
  require(samples.size() == static_cast<std::size_t>(info.frames),
          "{}: is cut short: has {} samples of {}", path, samples.size(),
          info.frames);
  require(!samples.empty(), "{}: has no samples", path);
  Audio audio;
  audio.rate = info.samplerate;
  audio.samples = Tensor<float, 2>({1, samples.size()});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    require(std::isfinite(samples[i]), "{}: sample {} is {}", path, i,
            samples[i]);
    audio.samples(0, i) = std::clamp(samples[i], -1.0F, 1.0F);
    if (std::abs(samples[i]) > 1) ++audio.clipped;
  }
  return audio;
}

Tensor<float, 2> first_samples(const Tensor<float, 2>& samples,
                               std::size_t count) {
  Tensor<float, 2> fitted({1, count}, 0.0F);
  std::copy_n(samples.begin(), std::min(count, samples.size()), fitted.begin());
  return fitted;
}

}  // namespace suite
