// A tone or a noise, synthetic: of which form is its wave? Pitch, phase and
// loudness are random and tell nothing, since all forms are as loud; to each
// sample noise is added. Waves are not limited in band. Inputs are a row of
// patches, each of samples one after the other.
#include <cmath>
#include <numbers>

#include "support/check.h"
#include "training/tasks/generated/generated.h"
#include "training/tasks/generated/kinds.h"
#include "training/tasks/generated/sine.h"

namespace suite {
namespace {

// The order of the classes.
enum class Form {
  sine,
  square,
  sawtooth,
  triangle,
  pulse,
  chirp,
  tremolo,
  noise,
};

// At `phase` within a period, from 0 to below 1; mean 0, mean square 1.
double wave(Form form, double phase) {
  switch (form) {
    case Form::square:
      return phase < 0.5 ? 1 : -1;
    case Form::sawtooth:
      return std::sqrt(3.0) * (2 * phase - 1);
    case Form::triangle:
      return std::sqrt(3.0) * (4 * std::abs(phase - 0.5) - 1);
    case Form::pulse:  // high for an eighth
      return (phase < 0.125 ? 7 : -1) / std::sqrt(7.0);
    default:
      return std::numbers::sqrt2 * sine_of_turns(phase);
  }
}

class Sound : public GeneratedTask {
 public:
  Sound(TaskFacts facts, double noise)
      : GeneratedTask("sound", std::move(facts)), noise_(noise) {}

 private:
  void draw(Random& random, MatrixView<float> input,
            std::span<std::int32_t> labels) const override {
    const std::uint64_t drawn = random.below(facts().classes.size());
    const Form form = static_cast<Form>(drawn);
    labels[0] = static_cast<std::int32_t>(drawn);
    const double period = 8 + 56 * random.uniform();  // samples
    const double start = random.uniform();
    const double loudness = 0.25 + 0.75 * random.uniform();
    const double swells = 3 + 5 * random.uniform();
    const double swell_start = random.uniform();
    const bool rises = random.below(2) == 1;
    const std::size_t samples = input.rows * input.cols;
    for (std::size_t i = 0; i < samples; ++i) {
      const double done = static_cast<double>(i) / static_cast<double>(samples);
      double turns = static_cast<double>(i) / period;
      // Its pitch rises to twice or falls to half, as a straight line.
      if (form == Form::chirp) turns *= 1 + done * (rises ? 0.5 : -0.25);
      turns += start;
      double value = form == Form::noise
                         ? random.normal()
                         : wave(form, turns - std::floor(turns));
      if (form == Form::tremolo) {  // mean square 1 + ½ without the root
        value *=
            (1 + sine_of_turns(done * swells + swell_start)) / std::sqrt(1.5);
      }
      // Rows are not apart.
      input.data[i] =
          static_cast<float>(loudness * value + noise_ * random.normal());
    }
  }

  double noise_;
};

std::unique_ptr<Task> make(const Named& named, const std::string&) {
  const std::size_t samples = number_within(named, "samples", 64, 1 << 20);
  const std::size_t patch = number_within(named, "patch", 1, samples);
  require(samples % patch == 0, "sound: patch = {}: must divide samples = {}",
          patch, samples);
  TaskFacts facts = facts_of(named, "generated");
  facts.inputs = samples / patch;
  facts.channels = patch;
  facts.grid = {facts.inputs};
  facts.classes = {"sine",  "square", "sawtooth", "triangle",
                   "pulse", "chirp",  "tremolo",  "noise"};
  return std::make_unique<Sound>(std::move(facts),
                                 real_value(named, "noise", 0, 10));
}

}  // namespace

TaskKind sound_kind() {
  return {{"sound",
           {number("samples", 1024, "How many samples has it?"),
            number("patch", 16, "How many samples are an input?"),
            real("noise", 0.1, "How loud is what is added, in mean square?")}},
          {},
          make};
}

}  // namespace suite
