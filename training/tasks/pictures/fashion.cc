// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): pictures of clothes, 28×28
// grey pixels. The last twelfth of its training pictures is held out.
#include <numeric>

#include "primitives/random.h"
#include "support/check.h"
#include "training/tasks/package_file.h"
#include "training/tasks/pictures/byte_examples.h"
#include "training/tasks/pictures/idx.h"
#include "training/tasks/pictures/kinds.h"

namespace suite {
namespace {

constexpr char kPackage[] = "dataset-fashion-mnist";
constexpr std::size_t kEdge = 28;  // pixels of a picture's

// As its README names them.
std::vector<std::string> classes() {
  return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
          "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
}

LabelledPictures read(const std::string& root, const std::string& part) {
  const auto path = [&](const std::string& what) {
    return path_of_package(
        root,
        "usr/share/datasets/fashion-mnist/" + part + "-" + what + "-ubyte.gz",
        kPackage);
  };
  const std::string pictures = path("images-idx3");
  LabelledPictures read =
      read_pictures(pictures, path("labels-idx1"), classes());
  require(read.height == kEdge && read.width == kEdge,
          "{}: pictures of {} x {}, allowed are {} x {}", pictures, read.height,
          read.width, kEdge, kEdge);
  return read;
}

// One for all models: input i is the patch at place places[i] of the grid.
std::vector<std::uint32_t> permuted_places(std::size_t inputs) {
  std::vector<std::uint32_t> places(inputs);
  std::iota(places.begin(), places.end(), 0);
  Random random(derive_seed(0, "fashion/places"));
  for (std::size_t i = inputs; i > 1; --i) {
    std::swap(places[i - 1], places[random.below(i)]);
  }
  return places;
}

// Pixels row by row within a patch, patches at their places.
std::vector<std::uint32_t> order_of_pixels(const TaskFacts& facts,
                                           std::size_t patch) {
  std::vector<std::uint32_t> order;
  const std::size_t across = kEdge / patch;
  for (std::size_t i = 0; i < facts.inputs; ++i) {
    const std::size_t place = facts.places.empty() ? i : facts.places[i];
    const std::size_t top = place / across * patch;
    const std::size_t left = place % across * patch;
    for (std::size_t pixel = 0; pixel < facts.channels; ++pixel) {
      order.push_back(static_cast<std::uint32_t>((top + pixel / patch) * kEdge +
                                                 left + pixel % patch));
    }
  }
  return order;
}

void split(const Named& named, std::size_t train, std::size_t test,
           ByteExamples& examples) {
  const std::size_t held_out = (train + 11) / 12, most = train - held_out;
  const std::size_t asked = number_within(named, "train", 0, most);
  examples.of(Split::train).resize(asked == 0 ? most : asked);
  examples.of(Split::held_out).resize(held_out);
  examples.of(Split::test).resize(test);
  const auto number_from = [&](Split split, std::size_t first) {
    auto& numbers = examples.of(split);
    std::iota(numbers.begin(), numbers.end(), first);
  };
  number_from(Split::train, 0);
  number_from(Split::held_out, most);
  number_from(Split::test, train);
}

std::unique_ptr<Task> make(const Named& named, const std::string& root) {
  const std::size_t patch = named.options.number("patch");
  const std::size_t across = kEdge / patch;
  ByteExamples examples{.facts = facts_of(named, kPackage)};
  examples.facts.inputs = across * across;
  examples.facts.channels = patch * patch;
  examples.facts.grid = {across, across};
  examples.facts.classes = classes();
  if (named.options.flag("permuted")) {
    examples.facts.places = permuted_places(examples.facts.inputs);
  }
  examples.order = order_of_pixels(examples.facts, patch);
  // Over all training pictures the mean is 72.94, the deviation 90.02.
  examples.facts.pixels = {.patch = patch, .middle = 73, .unit = 90};
  LabelledPictures train = read(root, "train");
  const LabelledPictures test = read(root, "t10k");
  split(named, train.count, test.count, examples);
  examples.bytes = std::move(train.pixels) + test.pixels;
  const std::string labels = train.labels + test.labels;
  examples.labels.assign(labels.begin(), labels.end());
  return task_of(std::move(examples));
}

}  // namespace

TaskKind fashion_kind() {
  return {{"fashion",
           {choice("patch", {"1", "2", "4"},
                   "How many pixels high and wide is an input?"),
            choice("permuted", {"false", "true"},
                   "Do inputs stand in another order than on the picture?"),
            number("train", 0,
                   "How many pictures are for training? 0: all but those held "
                   "out")}},
          {kPackage},
          make};
}

}  // namespace suite
