#include "pretrained/inputs/pictures/picture.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>

#include "pretrained/inputs/testing.h"

namespace suite {
namespace {

const std::string kTestdata = "pretrained/inputs/pictures/testdata/";

// The samples of testdata/make_pictures.py.
int sample8(std::size_t y, std::size_t x, std::size_t c) {
  return static_cast<int>((97 * x + 41 * y + 160 * c) % 256);
}
int sample16(std::size_t y, std::size_t x, std::size_t c) {
  return static_cast<int>((9973 * x + 4421 * y + 16001 * c) % 65536) >> 8;
}

using Sample = int (*)(std::size_t y, std::size_t x, std::size_t c);

void expect_samples(const std::string& name, Sample sample, bool grey) {
  const Picture picture = read_picture(kTestdata + name);
  ASSERT_EQ(picture.height, 4u) << name;
  ASSERT_EQ(picture.width, 6u) << name;
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 6; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_EQ(picture.at(y, x)[c], sample(y, x, grey ? 0 : c))
            << name << " " << y << " " << x << " " << c;
      }
    }
  }
}

TEST(Picture, IsReadFromEveryKindOfPng) {
  expect_samples("grey.png", sample8, true);
  expect_samples("grey_alpha.png", sample8, true);
  expect_samples("rgb.png", sample8, false);
  expect_samples("rgb_alpha.png", sample8, false);
  expect_samples("palette.png", sample8, false);
  expect_samples("grey16.png", sample16, true);
  expect_samples("rgb16.png", sample16, false);
  expect_samples("rgb_alpha16.png", sample16, false);
}

TEST(Picture, IsReadFromJpegAsPillowReadsIt) {
  const Picture ours = read_picture(kTestdata + "scene.jpg");
  const Picture pillows = read_picture(kTestdata + "scene_jpg.png");
  ASSERT_EQ(ours.height, pillows.height);
  ASSERT_EQ(ours.width, pillows.width);
  int worst = 0;
  double sum = 0;
  for (std::size_t i = 0; i < ours.rgb.size(); ++i) {
    const int difference = std::abs(ours.rgb[i] - pillows.rgb[i]);
    worst = std::max(worst, difference);
    sum += difference;
  }
  EXPECT_LE(worst, 3);
  EXPECT_LT(sum / static_cast<double>(ours.rgb.size()), 0.5);
}

TEST(Picture, IsReadFromProgressiveJpeg) {
  EXPECT_EQ(read_picture(kTestdata + "scene_progressive.jpg").rgb,
            read_picture(kTestdata + "scene.jpg").rgb);
}

TEST(Picture, IsWrittenAndReadBack) {
  Picture picture(3, 5, {1, 2, 3});
  picture.set(2, 4, {250, 251, 252});
  const std::string path = testing::TempDir() + "back.png";
  write_png(path, picture);
  const Picture back = read_picture(path);
  EXPECT_EQ(back.height, 3u);
  EXPECT_EQ(back.width, 5u);
  EXPECT_EQ(back.rgb, picture.rgb);
  EXPECT_EQ(error_of([&] { write_png(path, Picture()); }),
            "cannot write " + path + ": the picture has no pixels");
  EXPECT_EQ(error_of([&] { write_png("nowhere/a.png", picture); }),
            "cannot write nowhere/a.png: No such file or directory");
}

// A PNG that says it has these extents, and no more.
std::string png_of(const std::string& width, const std::string& height) {
  return std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16) + width + height +
         std::string("\x08\x02\0\0\0\0\0\0\0", 9);
}

std::string refusal(const std::string& name, const std::string& bytes) {
  const std::string path = written(name, bytes);
  const std::string error = error_of([&] { read_picture(path); });
  EXPECT_EQ(error.substr(0, path.size()), path) << error;
  return error.substr(std::min(path.size(), error.size()));
}

TEST(Picture, ThatIsNoneIsRefused) {
  EXPECT_EQ(error_of([] { read_picture("nowhere.png"); }),
            "cannot read nowhere.png: No such file or directory");
  EXPECT_EQ(refusal("empty.png", ""), ": is empty");
  EXPECT_EQ(refusal("gif.png", "GIF89a"), ": is neither a PNG nor a JPEG file");
  EXPECT_EQ(refusal("one.png", "\x89"), ": is neither a PNG nor a JPEG file");
}

TEST(Picture, ThatSaysItIsHugeIsRefusedBeforeDecoding) {
  const std::string k16 = std::string("\0\0\x40\0", 4);  // 16384
  EXPECT_EQ(refusal("huge.png", png_of(k16, k16)),
            ": is 16384 × 16384 pixels, allowed are 1 to 32000000 in all");
  const std::string k9999 = std::string("\0\0\x27\x0f", 4);
  EXPECT_EQ(refusal("large.png", png_of(k9999, k9999)),
            ": is 9999 × 9999 pixels, allowed are 1 to 32000000 in all");
  const std::string most = "\xff\xff\xff\xff";
  EXPECT_EQ(refusal("huger.png", png_of(most, most)),
            ": is 4294967295 × 4294967295 pixels, allowed are 1 to 32000000 in "
            "all");
  const std::string none = std::string(4, '\0');
  EXPECT_EQ(refusal("none.png", png_of(none, k16)),
            ": is 0 × 16384 pixels, allowed are 1 to 32000000 in all");
  EXPECT_EQ(refusal("flat.png", png_of(k16, none)),
            ": is 16384 × 0 pixels, allowed are 1 to 32000000 in all");
}

// Big-endian, as PNG has them.
std::string four_bytes(std::size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(value >> shift & 0xff);
  }
  return bytes;
}

TEST(Picture, ThatUnpacksToMoreThanItSaysIsRefused) {
  const std::string zeros(kMostBlockBytes + 1, '\0');
  uLongf size = compressBound(zeros.size());
  std::string packed(size, '\0');
  ASSERT_EQ(compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                      reinterpret_cast<const Bytef*>(zeros.data()),
                      zeros.size(), /*level=*/1),
            Z_OK);
  packed.resize(size);
  const std::string ten = four_bytes(10), no_sum(4, '\0');  // stb reads none
  EXPECT_EQ(refusal("bomb.png", png_of(ten, ten) + four_bytes(size) + "IDAT" +
                                    packed + no_sum + four_bytes(0) + "IEND" +
                                    no_sum),
            ": unpacks to more than the 160000000 bytes allowed");
  // The next one is judged anew.
  EXPECT_EQ(read_picture(kTestdata + "rgb.png").width, 6u);
}

// A JPEG whose header has other extents.
std::string jpeg_of(std::size_t width, std::size_t height) {
  std::string bytes = file_bytes(kTestdata + "scene.jpg", 1 << 20);
  const std::size_t frame = bytes.find("\xff\xc0");
  EXPECT_NE(frame, std::string::npos);
  bytes.replace(frame + 5, 4, four_bytes(height << 16 | width));
  return bytes;
}

TEST(Picture, ThatItsBytesCannotHoldIsRefusedBeforeDecoding) {
  const std::string huge = jpeg_of(65535, 65535);
  EXPECT_EQ(refusal("huge.jpg", huge),
            ": is 65535 × 65535 pixels, allowed are 1 to 32000000 in all");
  EXPECT_EQ(refusal("lying.jpg", jpeg_of(5000, 5000)),
            fmt::format(": says it is 25000000 pixels, which {} bytes can't "
                        "hold",
                        huge.size()));
  const std::string k5000 = four_bytes(5000);
  EXPECT_EQ(refusal("lying.png", png_of(k5000, k5000)),
            fmt::format(": says it is 25000000 pixels, which {} bytes can't "
                        "hold",
                        png_of(k5000, k5000).size()));
}

TEST(Picture, CutAnywhereIsRefused) {
  for (const char* name : {"scene.jpg", "scene_progressive.jpg", "scene.png"}) {
    const std::string bytes = file_bytes(kTestdata + name, 1 << 20);
    const std::string path = testing::TempDir() + "cut";
    // Every place but within the last 12 bytes: a PNG's end mark adds nothing.
    for (std::size_t size = 1; size + 12 < bytes.size(); ++size) {
      replace_file(path, bytes.substr(0, size));
      const std::string error = error_of([&] { read_picture(path); });
      EXPECT_EQ(error.substr(0, path.size()), path) << name << " " << size;
      if (bytes[0] == '\xff' && size > 2) {
        EXPECT_EQ(error, path + ": the JPEG file is cut short") << size;
      }
    }
  }
}

}  // namespace
}  // namespace suite
