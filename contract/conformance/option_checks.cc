// Does every option do something, and is nonsense refused?
#include "contract/conformance/checks.h"

#include "contract/conformance/trial.h"
#include "support/check.h"

namespace suite {

namespace {

// What can be seen of a contestant from outside.
struct Face {
  Values output;
  Cost cost, of_a_rank;
  bool operator==(const Face& o) const {
    return same_bits(output, o.output) && same_cost(cost, o.cost) &&
           same_cost(of_a_rank, o.of_a_rank);
  }
};

Face face_of(const Contestant& c, const Shape& shape, const Options& options) {
  return {Trial(c, shape, options).run(),
          c.cost(shape, options, sizeof(double), 1),
          cost_of_a_rank(c, shape, options).value_or(Cost{})};
}

// Does a value of the option show, alone or beside one other option?
bool shows(const Contestant& c, const OptionSpec& spec,
           const std::string& value) {
  std::vector<OptionValues> contexts = {{}};
  for (const OptionSpec& other : c.options) {
    if (other.name == spec.name) continue;
    for (const std::string& trial : trial_values(other)) {
      contexts.push_back({{other.name, trial}});
    }
  }
  Shape one_head = plain_shape();  // which divides every width
  one_head.H = 1;
  for (const Shape& shape : {plain_shape(), one_head}) {
    for (const auto& context : contexts) {
      auto changed = context;
      changed[spec.name] = value;
      const Options before = defaults_with(c, context);
      const Options after = defaults_with(c, changed);
      if (!accepts(c, shape, before) || !accepts(c, shape, after)) continue;
      if (!(face_of(c, shape, before) == face_of(c, shape, after))) return true;
    }
  }
  return false;
}

}  // namespace

void every_option_has_an_effect(const Contestant& c) {
  for (const OptionSpec& spec : c.options) {
    std::size_t visible = 0;
    for (const std::string& value : trial_values(spec)) {
      if (value == defaults(c).text(spec.name)) continue;
      const bool seen = shows(c, spec, value);
      visible += seen;
      require(seen || spec.kind == OptionKind::number,
              "option {} = {} changes nothing", spec.name, value);
    }
    require(visible > 0, "option {} changes nothing", spec.name);
  }
}

void refuses_heads_that_do_not_divide(const Contestant& c) {
  Shape shape = plain_shape();
  shape.H = 5;
  const Options options = defaults(c);
  const auto refusal = [&](const auto& attempt) -> std::string {
    try {
      attempt();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  for (const std::string& text :
       {refusal([&] { c.make<double>(shape, options); }),
        refusal([&] { c.cost(shape, options, sizeof(double), 1); })}) {
    require(text.find('5') != std::string::npos &&
                text.find("12") != std::string::npos,
            "5 heads over 12 channels are not refused by their values");
  }
}

}  // namespace suite
