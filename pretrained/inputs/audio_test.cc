#include "pretrained/inputs/audio.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

constexpr int kRate = 48000;

std::string wave(const std::string& name, int format, int channels,
                 const std::vector<float>& samples) {
  const std::string path = testing::TempDir() + name;
  SF_INFO info = {};
  info.samplerate = kRate;
  info.channels = channels;
  info.format = format;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  EXPECT_NE(file, nullptr) << sf_strerror(nullptr);
  sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
  sf_close(file);
  return path;
}

constexpr int kFloatWave = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
constexpr int kShortWave = SF_FORMAT_WAV | SF_FORMAT_PCM_16;

std::vector<float> sines(std::size_t count) {
  std::vector<float> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples.push_back(0.9F * std::sin(0.1F * static_cast<float>(i)));
  }
  return samples;
}

TEST(Audio, IsReadAsItIsWritten) {
  const std::vector<float> samples = sines(10000);  // more than read at once
  const Audio audio = read_audio(wave("a.wav", kFloatWave, 1, samples));
  EXPECT_EQ(audio.rate, kRate);
  EXPECT_EQ(audio.clipped, 0u);
  ASSERT_EQ(audio.samples.shape(), (std::array<std::size_t, 2>{1, 10000}));
  EXPECT_TRUE(
      std::equal(samples.begin(), samples.end(), audio.samples.begin()));
}

TEST(Audio, OfIntegersIsDividedByAPowerOfTwo) {
  // By hand: a WAV of the 16 bit values 16384, −32768, 32767.
  const std::string path = written(
      "hand.wav",
      std::string("RIFF\x2a\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0"
                  "\0\x7d\0\0\x02\0\x10\0data\x06\0\0\0\0\x40\0\x80\xff\x7f",
                  50));
  const Audio audio = read_audio(path);
  EXPECT_EQ(audio.rate, 16000);
  ASSERT_EQ(audio.samples.size(), 3u);
  EXPECT_EQ(audio.samples(0, 0), 0.5F);
  EXPECT_EQ(audio.samples(0, 1), -1.0F);
  EXPECT_EQ(audio.samples(0, 2), 32767.0F / 32768);
}

TEST(Audio, OfSeveralChannelsIsTheirMean) {
  const Audio audio =
      read_audio(wave("stereo.wav", kFloatWave, 2, {1, 0, 0.5F, 0.25F, -1, 1}));
  ASSERT_EQ(audio.samples.shape(), (std::array<std::size_t, 2>{1, 3}));
  EXPECT_EQ(audio.samples(0, 0), 0.5F);
  EXPECT_EQ(audio.samples(0, 1), 0.375F);
  EXPECT_EQ(audio.samples(0, 2), 0);
}

TEST(Audio, OfFlacIsThatOfWav) {
  const std::vector<float> samples = sines(5000);
  const Audio flac =
      read_audio(wave("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, samples));
  EXPECT_EQ(flac.samples,
            read_audio(wave("b.wav", kShortWave, 1, samples)).samples);
}

TEST(Audio, BeyondItsRangeIsCutAndCounted) {
  const Audio audio =
      read_audio(wave("loud.wav", kFloatWave, 1, {1.5F, -2, 1, -1, 0.5F}));
  EXPECT_EQ(audio.clipped, 2u);
  EXPECT_EQ(audio.samples, (Tensor<float, 2>{{1, -1, 1, -1, 0.5F}}));
}

TEST(Audio, OfAnotherRateIsRefused) {
  const std::string path = wave("rate.wav", kShortWave, 1, sines(10));
  EXPECT_EQ(read_audio(path, kRate).samples.size(), 10u);
  EXPECT_EQ(error_of([&] { read_audio(path, 16000); }),
            path + ": has 48000 samples a second, the model takes 16000");
}

TEST(Audio, IsFilledUpOrCutOnlyOnDemand) {
  const Tensor<float, 2> samples = {{0.1F, 0.2F, 0.3F}};
  EXPECT_EQ(first_samples(samples, 5),
            (Tensor<float, 2>{{0.1F, 0.2F, 0.3F, 0, 0}}));
  EXPECT_EQ(first_samples(samples, 2), (Tensor<float, 2>{{0.1F, 0.2F}}));
  EXPECT_EQ(first_samples(samples, 3), samples);
}

TEST(Audio, ThatIsCutShortIsRefused) {
  const std::string whole = wave("whole.wav", kShortWave, 1, sines(1000));
  const std::string bytes = file_bytes(whole, 1 << 20);
  const std::string cut = written("cut.wav", bytes.substr(0, 1044));
  EXPECT_EQ(error_of([&] { read_audio(cut); }),
            cut + ": is cut short: has 1044 bytes of 2044");

  const std::string last = written("last.wav", bytes.substr(0, 2043));
  EXPECT_EQ(error_of([&] { read_audio(last); }),
            last + ": is cut short: has 2043 bytes of 2044");
  std::string lies = bytes;
  lies[4] = '\x10';  // RIFF of fewer bytes, data of as many as before
  lies[5] = '\0';
  const std::string lying = written("lying.wav", lies.substr(0, 1044));
  EXPECT_EQ(error_of([&] { read_audio(lying); }),
            lying + ": is cut short: has 1044 bytes of 2044");

  const std::string flac =
      wave("whole.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, sines(50000));
  const std::string half =
      written("cut.flac", file_bytes(flac, 1 << 20)
                              .substr(0, std::filesystem::file_size(flac) / 2));
  EXPECT_NE(error_of([&] { read_audio(half); }).find("is cut short"),
            std::string::npos);
}

TEST(Audio, OfAnyKindThatIsCutShortIsRefused) {
  const int kBig = SF_ENDIAN_BIG, kLittle = SF_ENDIAN_LITTLE;
  for (const auto& [name, format] : std::vector<std::pair<std::string, int>>{
           {"x.wav", kShortWave},
           {"big.wav", kShortWave | kBig},
           {"x.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16},
           {"x.w64", SF_FORMAT_W64 | SF_FORMAT_PCM_16},
           {"x.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
           {"x.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16},
           {"x.au", SF_FORMAT_AU | SF_FORMAT_PCM_16},
           {"little.au", SF_FORMAT_AU | SF_FORMAT_PCM_16 | kLittle},
           {"x.8svx", SF_FORMAT_SVX | SF_FORMAT_PCM_S8},
           {"x.16sv", SF_FORMAT_SVX | SF_FORMAT_PCM_16},
           {"x.voc", SF_FORMAT_VOC | SF_FORMAT_PCM_16},
           {"x.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
           {"x.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS}}) {
    const std::string whole = wave(name, format, 1, sines(50000));
    EXPECT_EQ(read_audio(whole).samples.size(), 50000u) << name;
    const std::string bytes = file_bytes(whole, 1 << 20);
    for (const std::size_t kept : {bytes.size() / 2, bytes.size() - 20}) {
      const std::string cut = written("cut." + name, bytes.substr(0, kept));
      EXPECT_EQ(error_of([&] { read_audio(cut); }).substr(0, cut.size() + 14),
                cut + ": is cut short")
          << kept << " of " << bytes.size();
    }
  }
}

// A coder of frames adds some samples, before and after.
TEST(Audio, OfMp3ThatIsCutShortIsRefused) {
  const std::string whole =
      wave("x.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 1, sines(50000));
  EXPECT_GE(read_audio(whole).samples.size(), 50000u);
  const std::string bytes = file_bytes(whole, 1 << 20);
  const std::string tag =
      std::string("ID3\4\0\0\0\0\0\x20", 10) + std::string(32, '\0');
  const std::string tagged =
      written("tagged.mp3", tag + bytes + "TAG" + std::string(125, ' '));
  EXPECT_GE(read_audio(tagged).samples.size(), 50000u);
  // Frames alone, without the first, which says how many there are.
  const std::string bare = bytes.substr(bytes.find("\xff\xfb", 4));
  const auto says_bytes = [](const std::string& name, const std::string& cut) {
    const std::string path = written(name, cut);
    const std::string error = error_of([&] { read_audio(path); });
    EXPECT_EQ(error.find(fmt::format("{}: is cut short: has {} bytes of ", path,
                                     cut.size())),
              0u)
        << error;
  };
  says_bytes("bare.mp3", bare.substr(0, bare.size() - 10));
  says_bytes("tagged.mp3", tag + bare.substr(0, bare.size() / 2));
  // At the end, between two frames, too.
  const std::size_t last = bytes.size() - 1000;
  for (std::size_t kept = 100; kept < bytes.size();
       kept += kept < last ? 97 : 1) {
    says_bytes("cut.mp3", bytes.substr(0, kept));
  }
}

TEST(Audio, FromAPipeNeedNotSayItsSize) {
  std::string bytes =
      file_bytes(wave("pipe.wav", kShortWave, 1, sines(10)), 1 << 20);
  // As ffmpeg and as sox write into a pipe.
  for (const auto& [of_all, of_samples] :
       {std::pair("\xff\xff\xff\xff", "\xff\xff\xff\xff"),
        std::pair("\x24\xf0\xff\x7f", "\x00\xf0\xff\x7f")}) {
    bytes.replace(4, 4, std::string(of_all, 4));
    bytes.replace(40, 4, std::string(of_samples, 4));
    EXPECT_EQ(read_audio(written("unsaid.wav", bytes)).samples.size(), 10u);
  }
}

TEST(Audio, ThatIsNoneIsRefused) {
  const std::string text = written("text.wav", "These are words, no sounds.");
  EXPECT_EQ(error_of([&] { read_audio(text); }).substr(0, text.size() + 16),
            text + ": is no sound fi");
  const std::string empty = written("empty.wav", "");
  EXPECT_NE(error_of([&] { read_audio(empty); }).find(empty),
            std::string::npos);
  EXPECT_EQ(error_of([] { read_audio("nowhere.wav"); }),
            "cannot read nowhere.wav: No such file or directory");
  const std::string silent = wave("silent.wav", kShortWave, 1, {});
  EXPECT_EQ(error_of([&] { read_audio(silent); }), silent + ": has no samples");
  const std::string wrong = wave("nan.wav", kFloatWave, 1,
                                 {0, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(error_of([&] { read_audio(wrong); }), wrong + ": sample 1 is nan");
}

}  // namespace
}  // namespace suite
