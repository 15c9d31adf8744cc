#include "pretrained/run/summary.h"

#include <fmt/ranges.h>

namespace suite {
namespace {

double giga(std::uint64_t count) { return 1e-9 * static_cast<double>(count); }
double mega(std::int64_t count) { return 1e-6 * static_cast<double>(count); }

std::string shape_line(const char* what, const std::string& name,
                       const std::vector<std::size_t>& shape) {
  return fmt::format("{:<11}{} [{}]", what, name, fmt::join(shape, ", "));
}

std::string threads_text(const Forwards& forwards) {
  return fmt::format("{} thread{}", forwards.threads,
                     forwards.threads == 1 ? "" : "s");
}

std::string parts_text(const Forwards& forwards) {
  std::string text = fmt::format("\n{:<22}{:>10}{:>8}{:>10}{:>10}\n", "part",
                                 "ms", "share", "GMACs", "GMACs/s");
  for (int i = 0; i < kParts; ++i) {
    const Work& work = forwards.cost[static_cast<Part>(i)];
    if (work.seconds == 0 && work.macs == 0) continue;
    text += fmt::format(
        "{:<22}{:>10.1f}{:>6.1f} %{:>10.3f}{:>10.1f}\n", kPartNames[i],
        1e3 * work.seconds, 100 * work.seconds / forwards.seconds,
        giga(work.macs),
        work.seconds > 0 ? giga(work.macs) / work.seconds : 0.0);
  }
  return text;
}

}  // namespace

std::string summary_text(const HuggingfaceModel& described,
                         IoModel<float>& model, const ModelInputs& inputs,
                         const std::vector<Answer>& answers,
                         const std::vector<Forwards>& forwards, bool parts) {
  std::uint64_t parameters = 0;
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    parameters += parameter.values.size();
  });
  std::string text = fmt::format("{}, {} parameters\n", described.architecture,
                                 parameters);
  for (const auto& [name, shape] : inputs.shapes) {
    text += shape_line("input", name, shape) + '\n';
  }
  for (const Answer& answer : answers) {
    text += shape_line("output", answer.name, answer.shape);
    if (!answer.path.empty()) text += " → " + answer.path;
    text += '\n';
  }
  for (const Forwards& each : forwards) {
    text += fmt::format("{:<11}{:.1f} ms{}, {}\n", "time", 1e3 * each.seconds,
                        each.repetitions > 1
                            ? fmt::format(" (median of {})", each.repetitions)
                            : "",
                        threads_text(each));
  }
  const Work total = forwards.back().cost.total();
  text += fmt::format("{:<11}{:.3f} GMACs, {:.3f} G paper FLOPs\n", "work",
                      giga(total.macs), giga(total.flops()));
  text += fmt::format("{:<11}{:.1f} MB of tensors, {:.1f} MB of the process, "
                      "at their peaks\n",
                      "memory", mega(MemoryMeter::peak()),
                      mega(peak_resident_bytes()));
  for (const Forwards& each : forwards) {
    if (!parts) break;
    if (forwards.size() > 1) text += '\n' + threads_text(each);
    text += parts_text(each);
  }
  return text;
}

}  // namespace suite
