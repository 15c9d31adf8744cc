#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"

namespace suite {
namespace {

const std::string kFolder = "usr/share/datasets/fashion-mnist/";
constexpr std::size_t kTrain = 120, kTest = 20, kEdge = 28;

std::string header(std::initializer_list<std::size_t> extents) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const std::size_t extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      text += static_cast<char>(extent >> shift & 0xff);
    }
  }
  return text;
}

// Pixel (y, x) of picture i: i first, then y and x, so that each is known.
int pixel(std::size_t i, std::size_t y, std::size_t x) {
  return y == 0 && x == 0 ? static_cast<int>(i)
                          : static_cast<int>(y * 9 + x) % 256;
}

std::string pictures(std::size_t first, std::size_t count,
                     std::size_t height = kEdge) {
  std::string text = header({count, height, kEdge});
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < kEdge; ++x) {
        text += static_cast<char>(pixel(first + i, y, x));
      }
    }
  }
  return text;
}

std::string labels(std::size_t count) {
  std::string text = header({count});
  for (std::size_t i = 0; i < count; ++i) {
    text += static_cast<char>(i * 7 % 10);
  }
  return text;
}

class Fashion : public testing::Test {
 protected:
  Fashion() {
    write("train-images-idx3", pictures(0, kTrain));
    write("train-labels-idx1", labels(kTrain));
    write("t10k-images-idx3", pictures(kTrain, kTest));
    write("t10k-labels-idx1", labels(kTest));
  }
  void write(const std::string& file, const std::string& content) {
    write_packed(root_, kFolder + file + "-ubyte.gz", content);
  }
  std::unique_ptr<Task> make(const std::string& text) {
    return make_task(text, root_.path());
  }
  void refused(const std::string& text, const std::string& part) {
    expect_refused([&] { make(text); }, {part});
  }

  TestFolder root_;
};

TEST_F(Fashion, IsATask) {
  for (const char* text :
       {"fashion", "fashion(permuted=true)", "fashion(patch=2, train=7)",
        "fashion(patch=4, permuted=true)"}) {
    const auto task = make(text);
    EXPECT_EQ(task->facts().name, text);
    EXPECT_EQ(task->facts().source, "dataset-fashion-mnist");
    EXPECT_EQ(task->facts().classes.back(), "Ankle boot");
    expect_a_task(*task);
  }
}

// Picture numbers as their first pixels say, by split.
TEST_F(Fashion, HoldsOutTheLastTwelfth) {
  const auto numbers = [&](const Task& task, Split split) {
    const Examples examples = first_examples(task, split, 1000);
    std::vector<long> found;
    for (std::size_t e = 0; e < examples.input.shape(0); ++e) {
      found.push_back(std::lround(values_of(examples, e)[0] * 90 + 73));
      const auto i = static_cast<std::size_t>(found.back());
      EXPECT_EQ(examples.labels[e], (i < kTrain ? i : i - kTrain) * 7 % 10);
    }
    return found;
  };
  const auto from = [](long first, long end) {
    std::vector<long> all;
    for (long i = first; i < end; ++i) all.push_back(i);
    return all;
  };
  for (const char* text : {"fashion", "fashion(patch=4)"}) {
    const auto task = make(text);
    EXPECT_EQ(numbers(*task, Split::train), from(0, 110));
    EXPECT_EQ(numbers(*task, Split::held_out), from(110, 120));
    EXPECT_EQ(numbers(*task, Split::test), from(120, 140));
  }
  const auto task = make("fashion(train=40)");
  EXPECT_EQ(numbers(*task, Split::train), from(0, 40));
  EXPECT_EQ(numbers(*task, Split::held_out), from(110, 120));
  refused("fashion(train=111)", "fashion: train = 111: allowed are 0 to 110");
}

// Each pixel once, where `places` says.
TEST_F(Fashion, PatchesStandWhereTheirPlacesSay) {
  for (const std::size_t patch : {1, 2, 4}) {
    for (const bool permuted : {false, true}) {
      const auto task =
          make("fashion(patch=" + std::to_string(patch) +
               (permuted ? ", permuted=true)" : ", permuted=false)"));
      const TaskFacts& facts = task->facts();
      const std::size_t across = kEdge / patch;
      EXPECT_EQ(facts.grid, (std::vector<std::size_t>{across, across}));
      EXPECT_EQ(facts.inputs, across * across);
      EXPECT_EQ(facts.channels, patch * patch);
      EXPECT_EQ(facts.places.empty(), !permuted);
      const Examples examples = first_examples(*task, Split::train, 3);
      std::size_t moved = 0;
      for (std::size_t n = 0; n < facts.inputs; ++n) {
        const std::size_t place = permuted ? facts.places[n] : n;
        moved += place != n;
        for (std::size_t c = 0; c < facts.channels; ++c) {
          const int expected = pixel(2, place / across * patch + c / patch,
                                     place % across * patch + c % patch);
          ASSERT_FLOAT_EQ(examples.input(2, n, c),
                          (static_cast<float>(expected) - 73) / 90);
        }
      }
      EXPECT_EQ(moved > facts.inputs / 2, permuted);
      EXPECT_EQ(make(facts.name)->facts().places, facts.places);
    }
  }
}

TEST_F(Fashion, OtherFilesAreRefused) {
  write("t10k-labels-idx1", labels(kTest - 1));
  refused("fashion",
          "t10k-labels-idx1-ubyte.gz: 19 labels for the 20 pictures");
  write("t10k-labels-idx1", labels(kTest).replace(9, 1, "\x0a"));
  refused("fashion", "label 10 of picture 1, allowed are 0 to 9");
  write("train-labels-idx1", labels(9));
  write("train-images-idx3", pictures(0, 9));
  refused("fashion",
          "train-labels-idx1-ubyte.gz: no picture of class 3 (Dress)");
  write("train-images-idx3", pictures(0, kTrain, 27));
  write("train-labels-idx1", labels(kTrain));
  refused("fashion", "pictures of 27 x 28, allowed are 28 x 28");
  write("train-images-idx3", pictures(0, kTrain).substr(0, 1000));
  refused("fashion", "984 bytes follow its header");
  std::filesystem::remove(root_.path(kFolder + "train-images-idx3-ubyte.gz"));
  refused("fashion",
          "train-images-idx3-ubyte.gz is missing; install it: apt-get install "
          "dataset-fashion-mnist");
  refused("fashion(patch=3)", "fashion: patch = 3: allowed are 1, 2, 4");
}

}  // namespace
}  // namespace suite
