#include "experiments/learning/run/curve.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "support/check.h"
#include "support/csv.h"

namespace suite {
namespace {

using Fields = std::map<std::string_view, std::string>;

std::string header() {
  return fmt::format("{}\n", fmt::join(kCurveColumns, ","));
}

std::string line_of(const Fields& fields) {
  std::string line;
  for (const std::string_view column : kCurveColumns) {
    const auto found = fields.find(column);
    if (column != kCurveColumns.front()) line += ',';
    if (found != fields.end()) line += csv_field(found->second);
  }
  return line + "\n";
}

void describe(const LearnerFacts& facts, Fields& fields) {
  const Learner& learner = *facts.learner;
  fields["learner"] = learner.id();
  fields["contestant"] = learner.config.entry.name();
  fields["task"] = learner.task;
  fields["positions"] = learner.config.positions.text();
  fields["latents"] = name_of(learner.plan.latents);
  for (const std::string_view letter : kDimensions) {
    if (!learner.config.entry.contestant->facts.reads(letter)) continue;
    fields[letter] = std::to_string(dimension(facts.shape, letter));
  }
  fields["batch"] = std::to_string(learner.plan.batch);
  fields["optimiser"] = learner.plan.optimiser.text();
  fields["schedule"] = learner.plan.schedule.text();
  fields["threads"] = std::to_string(facts.threads);
  fields["scalar"] = "float";
  fields["parameters"] = std::to_string(facts.parameters);
  fields["seed"] = std::to_string(facts.seed);
}

void describe(const Standing& at, std::size_t batch, Fields& fields) {
  fields["step"] = std::to_string(at.step);
  fields["examples"] = std::to_string(at.step * batch);
  fields["seconds"] = exact(at.seconds);
  fields["macs"] = exact(at.macs);
  if (at.step == 0) return;
  fields["train_loss"] = exact(at.train_loss);
  fields["gradient_norm"] = exact(at.last.gradient_norm);
  fields["rate"] = exact(at.last.rate);
}

void describe(const Look& look, Fields& fields) {
  fields["split"] = name_of(look.split);
  if (look.score) {
    fields["asked_of"] = std::to_string(look.score->examples);
    fields["loss"] = exact(look.score->loss);
    fields["accuracy"] = exact(look.score->accuracy);
  }
  if (look.latents) {
    fields["latent_information"] = exact(look.latents->information);
    fields["distinct_latents"] = exact(look.latents->distinct);
    fields["latent_entropy"] = exact(look.latents->entropy);
    fields["position_information"] = exact(look.latents->position);
    fields["content_information"] = exact(look.latents->content);
  }
  fields["status"] = look.status;
  fields["reason"] = look.reason;
}

// The test comes last, or what went wrong.
bool is_an_end(const std::string& split, const std::string& status) {
  return split == name_of(Split::test) || status == "failed";
}

// A step may fail right after a look: both are said of the same step.
std::string said_of(const std::string& status) {
  return status == "failed" ? status : "looked";
}

// Calls `row` with what tells a field of each whole line; how many bytes they
// are.
template <class F>
std::size_t read_looks(const std::string& path, const std::string& text,
                       const F& row) {
  std::string_view rest = text;
  std::vector<std::string> fields;
  std::size_t kept = 0;
  for (std::size_t line = 1; take_csv_line(rest, fields); ++line) {
    kept = text.size() - rest.size();
    if (line == 1) {
      require(std::equal(fields.begin(), fields.end(), kCurveColumns.begin(),
                         kCurveColumns.end()),
              "{}:1: not the header of curves.csv of schema {}", path,
              kCurvesSchema);
      continue;
    }
    require(fields.size() == kCurveColumns.size(),
            "{}:{}: {} fields, there must be {}", path, line, fields.size(),
            kCurveColumns.size());
    row([&](std::string_view column) -> const std::string& {
      return fields[static_cast<std::size_t>(
          std::find(kCurveColumns.begin(), kCurveColumns.end(), column) -
          kCurveColumns.begin())];
    });
  }
  return kept;
}

std::string file_in(const std::string& folder) {
  return folder + "/curves.csv";
}

}  // namespace

Progresses progress_of_curves(const std::string& folder) {
  const std::string path = file_in(folder);
  Progresses all;
  read_looks(path, read_file(path), [&](const auto& field) {
    const auto number = [&](std::string_view column) {
      const std::string& digits = field(column);
      std::uint64_t value = 0;
      const char* end = digits.data() + digits.size();
      const auto [stop, error] = std::from_chars(digits.data(), end, value);
      require(error == std::errc() && stop == end,
              "{}: {} = \"{}\" is no number", path, column, digits);
      return value;
    };
    CurveProgress& at = all[{field("learner"), number("seed")}];
    at.step = std::max(at.step, number("step"));
    at.ended = at.ended || is_an_end(field("split"), field("status"));
  });
  return all;
}

Curves::Curves(const std::string& folder, Identity identity, bool resume)
    : identity_(std::move(identity)) {
  const std::string path = file_in(folder);
  require(!std::filesystem::exists(path + ".gz"),
          "{}.gz exists: a published run, with which nobody goes on", path);
  if (std::filesystem::exists(path)) {
    require(resume, "{} exists; go on with it by --resume {}", path, folder);
    load(path);
  }
  file_ = std::make_unique<AppendFile>(path);
  if (std::filesystem::file_size(path) == 0) file_->append(header());
}

void Curves::load(const std::string& path) {
  const std::string text = read_file(path);
  const std::size_t kept = read_looks(path, text, [&](const auto& field) {
    known_.insert({field("learner"), field("seed"), field("step"),
                   field("split"), said_of(field("status"))});
    if (is_an_end(field("split"), field("status"))) {
      ended_.emplace(field("learner"), field("seed"));
    }
  });
  if (kept < text.size()) {
    fmt::print(stderr, "notice: dropped an incomplete line of {}\n", path);
    replace_file(path, std::string_view(text).substr(0, kept));
  }
}

void Curves::append(const LearnerFacts& facts, const Standing& at,
                    const Look& look) {
  Fields fields{{"schema", std::to_string(kCurvesSchema)},
                {"experiment", identity_.experiment},
                {"definition_sha256", identity_.definition_sha256},
                {"run_id", identity_.run_id}};
  describe(facts, fields);
  describe(at, facts.learner->plan.batch, fields);
  describe(look, fields);
  if (is_an_end(fields["split"], look.status)) {
    ended_.emplace(fields["learner"], fields["seed"]);
  }
  if (!known_.insert({fields["learner"], fields["seed"], fields["step"],
                      fields["split"], said_of(look.status)})
           .second) {
    return;  // said before it was interrupted
  }
  file_->append(line_of(fields));
}

bool Curves::ended(const std::string& learner, std::uint64_t seed) const {
  return ended_.count({learner, std::to_string(seed)}) > 0;
}

}  // namespace suite
