// How many FLOPs do a Perceiver and a transformer take, by three ways of
// counting? Computed from the declared formulas:
//   ./bazelw run //analysis:flops -- --N 4096 --M 32,512 --D 256 --B 8
#include <CLI/CLI.hpp>
#include <charconv>
#include <sstream>

#include "analysis/flops/flops_table.h"
#include "analysis/flops/flops_text.h"
#include "support/check.h"
#include "support/command_line.h"

namespace suite {
namespace {

constexpr std::size_t kLargest = 2147483647;

// As text: what CLI11 says of a bad number lacks what is allowed.
struct Arguments {
  std::string N, M, D, C, B = "1", H = "1", L = "1", batch = "1";
  std::string format = "text";
  bool exact = false;
};

void declare(CLI::App& app, Arguments& a) {
  app.add_option("--N", a.N, "Inputs");
  app.add_option("--M", a.M, "Latents; several as in 32,512");
  app.add_option("--D", a.D, "Channels of a latent");
  app.add_option("--B", a.B, "Blocks, and the transformer's layers; 1");
  app.add_option("--C", a.C, "Channels of an input; as D");
  app.add_option("--H", a.H, "Heads; 1");
  app.add_option("--L", a.L, "Latent layers a block; 1");
  app.add_option("--batch", a.batch, "Examples at once; 1");
  app.add_flag("--exact", a.exact, "Print numbers to the last digit");
  app.add_option("--format", a.format, "text, or csv: one row a number, exact")
      ->check(CLI::IsMember({"text", "csv"}));
  app.add_flag_callback(
         "--csv",
         [&a] {
           fmt::print(stderr, "notice: --csv is said as --format csv now\n");
           a.format = "csv";
         })
      ->group("");  // help is silent about what is old
}

std::size_t number(const char* flag, const std::string& given,
                   const std::string& text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  require(
      error == std::errc() && stop == end && value >= 1 && value <= kLargest,
      "{} {}: allowed are whole numbers from 1 to {}", flag, given, kLargest);
  return value;
}

std::size_t number(const char* flag, const std::string& text) {
  require(!text.empty(),
          "{} is not given: allowed is a whole number from 1 to {}", flag,
          kLargest);
  return number(flag, text, text);
}

std::vector<std::size_t> numbers(const char* flag, const std::string& text) {
  require(!text.empty(),
          "{} is not given: whole numbers from 1 to {}, as in "
          "32,512",
          flag, kLargest);
  std::vector<std::size_t> values;
  std::istringstream list(text + ",");
  for (std::string item; std::getline(list, item, ',');) {
    values.push_back(number(flag, text, item));
  }
  return values;
}

void run(const Arguments& a) {
  Shape shape{.N = number("--N", a.N)};
  const std::vector<std::size_t> latents = numbers("--M", a.M);
  shape.D = number("--D", a.D);
  shape.C = a.C.empty() ? shape.D : number("--C", a.C);
  shape.B = number("--B", a.B);
  shape.H = number("--H", a.H);
  shape.L = number("--L", a.L);
  shape.batch = number("--batch", a.batch);
  std::vector<FlopsTable> tables;
  for (const std::size_t M : latents) {
    shape.M = M;
    tables.push_back(flops_table(shape));
  }
  fmt::print("{}", a.format == "csv" ? flops_csv(tables)
                                     : flops_text(tables, a.exact));
}

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Counts FLOPs from the declared formulas; runs no model.");
  declare(app, arguments);
  return run_command(app, argc, argv, [&] {
    run(arguments);
    return 0;
  });
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
