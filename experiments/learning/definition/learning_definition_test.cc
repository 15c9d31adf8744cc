#include "experiments/learning/definition/learning_definition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "support/check.h"

namespace suite {
namespace {

constexpr char kFew[] = R"toml(
shows = "Few."
task = "needles(facts=2)"
contestant = "perceiver_io"
optimiser = "sgd"
steps = 10
batch = 8
[base]
M = 4
D = 16
)toml";

std::vector<std::string> ids(const std::string& more) {
  std::vector<std::string> all;
  for (const Learner& each :
       parse_learning_definition("few.toml", kFew + more).learners) {
    all.push_back(each.id());
  }
  return all;
}

TEST(LearningDefinition, HasWhatItSays) {
  const LearningDefinition few = parse_learning_definition("a/few.toml", kFew);
  EXPECT_EQ(few.name, "few");
  EXPECT_EQ(few.seeds, std::vector<std::uint64_t>{1});
  ASSERT_EQ(few.learners.size(), 1u);
  const Learner& only = few.learners.front();
  EXPECT_EQ(only.task, "needles(facts=2)");
  EXPECT_EQ(only.plan.optimiser, parse_recipe("sgd"));
  EXPECT_EQ(only.plan.batch, 8u);
  EXPECT_EQ(only.config.shape.batch, 8u);
  EXPECT_EQ(only.steps, 10u);
  EXPECT_EQ(only.id(), "perceiver_io/needles(facts=2)/M=4/B=1/D=16/H=1/L=1");
}

TEST(LearningDefinition, SweepsEveryCombinationOnce) {
  EXPECT_EQ(ids("[[sweep]]\nM = [2, 4]\nlatents = [\"learned\", \"frozen\"]\n"
                "[[sweep]]\nM = [4]\n"),
            (std::vector<std::string>{
                "perceiver_io/needles(facts=2)/M=2/B=1/D=16/H=1/L=1/"
                "latents=learned",
                "perceiver_io/needles(facts=2)/M=4/B=1/D=16/H=1/L=1/"
                "latents=learned",
                "perceiver_io/needles(facts=2)/M=2/B=1/D=16/H=1/L=1/"
                "latents=frozen",
                "perceiver_io/needles(facts=2)/M=4/B=1/D=16/H=1/L=1/"
                "latents=frozen"}));
  EXPECT_EQ(ids("[[sweep]]\nsteps = [10, 20]\nkeep = \"recompute\"\n").back(),
            "perceiver_io/needles(facts=2)/M=4/B=1/D=16/H=1/L=1/"
            "keep=recompute/steps=20");
}

std::string refusal(const std::string& more) {
  try {
    parse_learning_definition("few.toml", kFew + more);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LearningDefinition, RefusesWithPlace) {
  EXPECT_EQ(refusal("[budget]\nminutes = 3\n").substr(0, 15),
            "few.toml:12:1: ");
  EXPECT_EQ(refusal("[[sweep]]\nclip = [1, 0]\n"),
            "few.toml:12:12: clip = 0: must be above 0");
  EXPECT_EQ(refusal("[[sweep]]\nH = [3]\n"),
            "few.toml:11:1: H = 3 heads do not divide D = 16");
  EXPECT_NE(refusal("[[sweep]]\nschedule = [\"linear\"]\n")
                .find("few.toml:12:13: "),
            std::string::npos);
}

// Each can be read, and its task is known.
TEST(OwnDefinitions, CanBeRead) {
  std::size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator("experiments/learning")) {
    if (file.path().extension() != ".toml") continue;
    EXPECT_FALSE(read_learning_definition(file.path()).learners.empty());
    ++count;
  }
  EXPECT_GE(count, 3u);
}

}  // namespace
}  // namespace suite
