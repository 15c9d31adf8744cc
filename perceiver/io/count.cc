#include "perceiver/io/count.h"

#include "perceiver/io/model.h"

namespace suite {

Cost count(const IoConfig& config, std::size_t batch) {
  const std::int64_t held = MemoryMeter::held();
  IoModel<float> model(config);
  const RawArrays<float> arrays = model.blank(batch);
  auto workspace = model.workspace();
  Ledger ledger(Ledger::Mode::count_only);
  model.forward(input_of(arrays), workspace, ledger);
  Cost cost = ledger.counted();
  cost.bytes_held = static_cast<std::uint64_t>(MemoryMeter::held() - held);
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    cost.parameters += parameter.values.size();
  });
  for (Work& part : cost.parts) part.seconds = 0;
  return cost;
}

}  // namespace suite
