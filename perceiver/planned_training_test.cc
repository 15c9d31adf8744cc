// A Perceiver whose cross-attentions follow plans, several in one model, learns
// what the one as written learns, and costs and holds what it declares.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "contract/agreement.h"
#include "contract/registry.h"
#include "primitives/memory.h"
#include "primitives/threads.h"

namespace suite {
namespace {

using Values = Tensor<double, 3>;
using Gradients = std::map<std::string, std::vector<double>>;

// Few latents: folded once or kept, by how often the weights are used.
constexpr Shape kShape{.N = 11,
                       .M = 7,
                       .B = 3,
                       .C = 10,
                       .D = 12,
                       .H = 2,
                       .L = 1,
                       .O = 1,
                       .batch = 2};

struct Model {
  Entry entry;
  std::unique_ptr<Encoder<double>> encoder, gradient;
  Keep keep;

  Model(const std::string& options, Keep k)
      : entry(find_contestant("perceiver(cross_heads=1, " + options + ")")),
        encoder(entry.contestant->make<double>(kShape, entry.options)),
        keep(k) {
    // Off the initial values: zeros and ones hide what multiplies them.
    std::size_t seed = 0;
    encoder->for_each_parameter([&](const Parameter<double>& p) {
      for (double& value : p.values) {
        value = 0.3 * std::sin(static_cast<double>(++seed));
      }
    });
    gradient = encoder->copy();
    gradient->for_each_parameter([](const Parameter<double>& p) {
      std::fill(p.values.begin(), p.values.end(), 0.0);
    });
  }

  TrainingCost declared() const {
    return entry.contestant->training_cost(kShape, entry.options,
                                           sizeof(double), threads(), keep);
  }
  Gradients gradients() const {
    Gradients all;
    gradient->for_each_parameter([&](const Parameter<double>& p) {
      all[p.name].assign(p.values.begin(), p.values.end());
    });
    return all;
  }
};

// All but what is measured.
void expect_same(const Cost& counted, const Cost& declared,
                 const std::string& what) {
  for (int part = 0; part < kParts; ++part) {
    const Work &found = counted.parts[part], &want = declared.parts[part];
    EXPECT_EQ(found, want) << what << ' ' << kPartNames[part] << ": "
                           << found.macs << " MACs, " << found.bytes_moved
                           << " bytes, not " << want.macs << ", "
                           << want.bytes_moved;
  }
}

Gradients learn(const std::string& options, Keep keep) {
  const Values input = random_input<double>(kShape, 1);
  const std::int64_t before = MemoryMeter::held();
  Model model(options, keep);
  const Values own_input = input;
  const auto workspace = model.encoder->workspace();
  const auto trace = model.encoder->trace(keep);
  Ledger forward, backward;
  const Values d_output =
      model.encoder->forward(own_input, {}, *workspace, *trace, forward);
  MemoryMeter::reset_peak();
  const auto differentiate = [&](Ledger& ledger) {
    model.encoder->backward(own_input, {}, d_output, *workspace, *trace,
                            *model.gradient, /*d_input=*/nullptr, ledger);
  };
  differentiate(backward);
  EXPECT_EQ(MemoryMeter::peak() - before,
            static_cast<std::int64_t>(model.declared().bytes_held))
      << options;
  expect_same(forward.counted(), model.declared().forward, options);
  expect_same(backward.counted(), model.declared().backward, options);
  const Gradients all = model.gradients();
  Ledger again;
  model.encoder->forward(own_input, {}, *workspace, *trace, again);
  differentiate(again);
  const std::int64_t allocations = MemoryMeter::allocations();
  model.encoder->forward(own_input, {}, *workspace, *trace, again);
  differentiate(again);
  EXPECT_EQ(MemoryMeter::allocations(), allocations) << options;
  return all;
}

std::string plan_of(const std::string& options) {
  const Model model(options, Keep::activations);
  return model.entry.contestant->plan(kShape, model.entry.options,
                                      sizeof(double));
}

TEST(PlannedTraining, FoldsAndKeepsInOneModel) {
  EXPECT_EQ(plan_of("plan=planned"), "fold_keys+fold_values, keep");
  EXPECT_EQ(plan_of("plan=planned, sharing=none"), "fold_keys+fold_values");
  EXPECT_EQ(plan_of("plan=planned, sharing=all"), "keep");
}

TEST(PlannedTraining, LearnsWhatIsWritten) {
  for (const std::string more :
       {"", ", sharing=none", ", sharing=all", ", positions=learned",
        ", sharing=none, positions=learned", ", query_residual=false"}) {
    const Gradients written =
        learn("plan=as_written" + more, Keep::activations);
    double largest = 0;
    for (const auto& [name, values] : written) {
      for (const double value : values) {
        largest = std::max(largest, std::abs(value));
      }
    }
    for (const Keep keep : {Keep::activations, Keep::recompute}) {
      for (const auto& [name, values] : learn("plan=planned" + more, keep)) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          ASSERT_NEAR(values[i], written.at(name)[i], 1e-12 * largest)
              << more << ' ' << name << ' ' << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace suite
