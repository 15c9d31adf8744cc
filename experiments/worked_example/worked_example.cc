// Cross-attention on six words, with everything in sight:
//   ./bazelw run //perceiver:worked_example
//   ./bazelw run //perceiver:worked_example -- --train
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "experiments/worked_example/trained_sentence.h"
#include "perceiver/sentence_text.h"

namespace suite {
namespace {

constexpr int kBadInput = 2;

int main(int argc, char** argv) {
  CLI::App app("Shows one cross-attention of latents over a sentence.");
  bool train = false;
  app.add_flag("--train", train, "Let the latents learn where to look");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return kBadInput;
  }
  const bool colours =
      isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  if (train) {
    fmt::print("{}",
               trained_sentence_text(train_sentence(kSentenceSeed), colours));
    return 0;
  }
  fmt::print("{}", worked_example_text("The cat sat on the mat", colours));
  return 0;
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) { return suite::main(argc, argv); }
