#include "experiments/definition/definition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "experiments/definition/cell.h"
#include "experiments/definition/testing.h"

namespace suite {
namespace {

constexpr char kGood[] = R"(shows = "Something."
contestants = ["perceiver", "transformer"]
[base]
N = 64
M = 8
D = 16
H = 2
[[sweep]]
N = [32, 64]
[[sweep]]
M = [8, 16]
)";

Definition define(const std::string& text) {
  return read_definition(definition_file(text));
}

// kGood with `from` replaced by `to`, and what is said of it: "line:column:
// message".
std::string refusal(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const std::string said = refusal_of([&] { define(text); });
  const std::string file = "trial.toml:";
  return said.empty() ? "" : said.substr(said.find(file) + file.size());
}

TEST(Definition, AStarAsksForEveryAttention) {
  std::string text = kGood;
  text.replace(text.find("\"transformer\""), 13,
               "\"transformer(attention=*, widening=2)\"");
  const Definition d = define(text);
  const auto asks_for = [&](const char* name) {
    return std::count(d.contestants.begin(), d.contestants.end(), name);
  };
  EXPECT_EQ(d.contestants.front(), "perceiver");
  EXPECT_EQ(asks_for("transformer(widening=2)"), 1);
  EXPECT_EQ(asks_for("transformer(form=materialised, widening=2)"), 1);
  EXPECT_EQ(asks_for("transformer(attention=linear, widening=2)"), 1);
  EXPECT_EQ(asks_for("transformer(attention=linformer, widening=2)"), 1);
  EXPECT_EQ(cells_of(d, 1).size(), 3 + 2 * (d.contestants.size() - 1))
      << "transformers don't read M";
}

TEST(Definition, AnOldWordIsReadAsTodays) {
  std::string text = kGood;
  text.replace(text.find("\"transformer\""), 13,
               "\"bare_perceiver(attention=materialised)\"");
  testing::internal::CaptureStderr();
  const Definition d = define(text);
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "notice: bare_perceiver: the option attention is called form now\n");
  EXPECT_EQ(d.contestants.back(), "bare_perceiver(form=materialised)");
  EXPECT_EQ(refusal("\"transformer\"",
                    "\"bert(attention=streaming, form=materialised)\""),
            "2:29: bert: attention is the old name of form: give form alone");
}

TEST(Definition, ReadsWhatItSays) {
  const Definition d = define(kGood);
  EXPECT_EQ(d.name, "trial");
  EXPECT_EQ(d.shows, "Something.");
  EXPECT_EQ(d.base.N, 64u);
  EXPECT_EQ(d.base.C, 16u) << "as wide as the model unless it says otherwise";
  EXPECT_EQ(d.sweeps.size(), 2u);
  EXPECT_EQ(d.repetitions, 5);
  EXPECT_EQ(d.sha256.size(), 64u);
}

TEST(Definition, RefusalsSayWhereAndWhatIsAllowed) {
  EXPECT_EQ(refusal("M = 8\n", "M = 8\nK = 1\n"),
            "6:1: unknown key base.K; known are N, M, B, C, D, H, L, O, batch");
  EXPECT_EQ(
      refusal("shows", "show"),
      "1:1: unknown key show; known are shows, contestants, base, sweep, "
      "repetitions, threads, scalar, seed, precision, errors, budget, phases, "
      "keep, optimiser, ranks; did you mean shows?");
  EXPECT_EQ(refusal("N = 64", "N = \"64\""),
            "4:5: N must be a whole number");
  EXPECT_EQ(refusal("N = 64", "N = 64.5"), "4:5: N must be a whole number");
  EXPECT_EQ(refusal("[32, 64]", "[]"), "9:5: sweep.N is an empty list");
  EXPECT_EQ(refusal("[32, 64]", "32"), "9:5: sweep.N must be a list");
  EXPECT_EQ(refusal("N = 64", "N = 0"),
            "4:5: N = 0: allowed are 1 to 2147483647");
  EXPECT_EQ(refusal("[8, 16]", "[8, -16]"),
            "11:9: M = -16: allowed are 1 to 2147483647");
  EXPECT_EQ(refusal("[32, 64]", "[2147483648]"),
            "9:6: N = 2147483648: allowed are 1 to 2147483647");
  EXPECT_EQ(refusal("H = 2", "H = 3"), "3:1: H = 3 heads do not divide D = 16");
  EXPECT_EQ(refusal("\"perceiver\"", "\"perceiver(sharing=some)\""),
            "2:16: perceiver: sharing = some: allowed are all_but_first, all, "
            "none");
  EXPECT_EQ(refusal("M = 8\n", ""), "3:1: base.M is missing");
  EXPECT_EQ(refusal("[base]", "scalar = \"half\"\n[base]"),
            "3:10: scalar = half: allowed are float and double");
  EXPECT_EQ(refusal("[base]", "repetitions = 0\n[base]"),
            "3:15: repetitions = 0: allowed are 1 to 10000");
  EXPECT_EQ(refusal("[base]", "budget.seconds = -1\n[base]"),
            "3:18: budget.seconds must be a number, 0 or more");
  EXPECT_EQ(refusal("[base]", "errors.patterns = [\"steep\"]\n[base]"),
            "3:20: errors.patterns = steep: allowed are random, uniform, peaked, "
            "copy");
  EXPECT_EQ(refusal("[base]", "ranks = [1, 3]\n[base]"),
            "3:13: ranks = 3: allowed are powers of two, 1 to 1024");
  EXPECT_EQ(refusal("[base]", "ranks = []\n[base]"),
            "3:9: ranks is an empty list");
  EXPECT_EQ(refusal("[base]", "errors = {}\n[base]"),
            "3:10: errors.patterns is missing");
  EXPECT_EQ(refusal("D = 16", "D = = 16").substr(0, 4), "6:5:");
}

// Those that a new variant of attention does not add to, and some that it is.
TEST(Definition, AsksForPhasesOfTraining) {
  EXPECT_EQ(define(kGood).phases, std::vector{Phase::forward});
  std::string text = kGood;
  text.insert(text.find("[base]"),
              "phases = [\"forward\", \"step\"]\nkeep = \"recompute\"\n"
              "optimiser = \"sgd(momentum=0.9)\"\n");
  const Definition d = define(text);
  EXPECT_EQ(d.phases, (std::vector{Phase::forward, Phase::step}));
  EXPECT_EQ(d.optimiser.momentum, 0.9);
  const std::vector<Cell> all = cells_of(d, 1);
  EXPECT_EQ(all.size(), 2 * cells_of(define(kGood), 1).size());
  for (const Cell& cell : all) {
    const bool step = cell.phase == Phase::step;
    EXPECT_EQ(cell.id.find("phase=step") != std::string::npos, step);
    EXPECT_EQ(cell.keep == Keep::recompute, step);
    EXPECT_EQ(cell.label() != cell.entry.name(), step);
  }
}

TEST(Definition, WrongPhasesAreRefused) {
  const auto said = [](const std::string& line) {
    return refusal("[base]", line + "\n[base]");
  };
  EXPECT_EQ(said("phases = [\"backwards\"]"),
            "3:11: phases = backwards: allowed are forward, backward, update, "
            "step");
  EXPECT_EQ(said("keep = \"all\""),
            "3:8: keep = all: allowed are activations and recompute");
  EXPECT_NE(said("optimiser = \"adam\"").find("adamw"), std::string::npos);
}

TEST(Definition, AnUnknownContestantIsToldTheKnownOnes) {
  const std::string said = refusal("\"transformer\"", "\"transformr\"");
  const std::string begin =
      "2:29: unknown contestant transformr; known are ";
  ASSERT_TRUE(said.starts_with(begin)) << said;
  std::vector<std::string> known;
  for (std::size_t at = begin.size(); at < said.size(); at += 2) {
    const std::size_t end = std::min(said.find(", ", at), said.size());
    known.push_back(said.substr(at, end - at));
    at = end;
  }
  for (const char* name :
       {"attention", "bare_perceiver", "bare_transformer", "bert", "perceiver",
        "perceiver_io", "transformer", "transformer(attention=linear)",
        "transformer(attention=linformer)"}) {
    EXPECT_EQ(std::count(known.begin(), known.end(), name), 1)
        << name << " in: " << said;
  }
  for (const std::string& name : known) {
    const std::string other = refusal("\"transformer\"", "\"" + name + "\"");
    EXPECT_EQ(other.find("unknown"), std::string::npos) << other;
  }
}

TEST(Definition, AMissingFileIsNamed) {
  EXPECT_EQ(refusal_of([] { read_definition("/no/such/file.toml"); }),
            "cannot read /no/such/file.toml: No such file or directory");
}

TEST(Cells, EachIsMeasuredOnceWhateverSweepsAskForIt) {
  const std::vector<Cell> cells = cells_of(define(kGood), 2);
  // perceiver: (N, M) = (32, 8), (64, 8), (64, 16); transformer: N = 32, 64.
  ASSERT_EQ(cells.size(), 5u);
  EXPECT_EQ(cells[0].id,
            "perceiver/N=32/M=8/B=1/C=16/D=16/H=2/L=1/batch=1/float/threads=2");
  const auto both = std::count_if(cells.begin(), cells.end(), [](const Cell& c) {
    return c.sweeps == std::vector<std::size_t>{0, 1};
  });
  EXPECT_EQ(both, 2) << "the base of each contestant stands in both sweeps";
}

TEST(Cells, AFilterMayBeInOldWords) {
  std::string text = kGood;
  text.replace(text.find("\"transformer\""), 13, "\"transformer(form=*)\"");
  const Definition d = define(text);
  const std::string old = R"(^transformer\(attention=materialised)";
  testing::internal::CaptureStderr();
  EXPECT_EQ(chosen_cells(d, {1}, old).size(), 2u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "notice: --filter " + old +
                R"( is read as ^transformer\(form=materialised)"
                "\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(chosen_cells(d, {1}, "form=materialised").size(), 2u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Cells, InputsWidenWithTheModel) {
  std::string text = kGood;
  text += "[[sweep]]\nD = [32]\n[[sweep]]\nD = [32]\nC = [8]\n";
  const std::vector<Cell> cells = cells_of(define(text), 1);
  const auto has = [&](const std::string& part) {
    return std::any_of(cells.begin(), cells.end(), [&](const Cell& c) {
      return c.id.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(has("/C=32/D=32/"));
  EXPECT_TRUE(has("/C=8/D=32/"));
  EXPECT_FALSE(has("/C=16/D=32/"));
}

TEST(Cells, EveryDefinitionOfTheSuiteMakesCells) {
  std::size_t definitions = 0;
  for (const auto& file :
       std::filesystem::directory_iterator("experiments/definitions")) {
    const Definition d = read_definition(file.path().string());
    EXPECT_FALSE(d.shows.empty());
    for (const Cell& cell : cells_of(d, 2)) {
      EXPECT_GT(cell.declared().total().bytes_moved, 0u) << cell.id;
    }
    ++definitions;
  }
  EXPECT_GE(definitions, 9u);
}

// Each of them multiplies past 2^64 in some formula.
TEST(Cells, ACostThatCannotBeCountedIsRefused) {
  const std::vector<Cell> cells = cells_of(define(kGood), 1);
  Cell cell = *std::find_if(cells.begin(), cells.end(), [](const Cell& each) {
    return each.entry.name() == "transformer";
  });
  constexpr std::size_t kLong = 2147483647, kWide = std::size_t{1} << 30;
  const auto said_of = [&](const Shape& shape) {
    cell.shape = shape;
    return refusal_of([&] { cell.declared(); });
  };
  for (const Shape& shape :
       {Shape{.N = kLong, .C = 16, .D = 16},
        Shape{.N = kWide, .C = kWide, .D = kWide, .batch = 16},
        Shape{.N = 64,
        .M = kLong,
        .B = kLong,
        .C = 16,
        .D = 16,
        .batch = kLong}}) {
    EXPECT_NE(said_of(shape).find("below it are allowed"), std::string::npos)
        << shape.N;
  }
  // What is large, and can be counted, is: a row of scores more, N·D MACs more.
  const Shape large{.N = std::size_t{1} << 24, .C = 16, .D = 16};
  EXPECT_EQ(said_of(large), "");
  EXPECT_GT(cell.declared()[Part::scores].macs, 16 * large.N * (large.N - 1));
}

}  // namespace
}  // namespace suite
