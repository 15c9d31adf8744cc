#include "pretrained/trained/weights.h"

#include <algorithm>
#include <optional>

#include "pretrained/checkpoint/load.h"
#include "primitives/layers/positions.h"

namespace suite {
namespace {

using Kind = PositionConfig::Kind;
using Wanted = std::vector<WantedTensor<float>>;

// Does it? `rest` is what follows.
bool begins(const std::string& name, const std::string& begin,
            std::string& rest) {
  if (!name.starts_with(begin)) return false;
  rest = name.substr(begin.size());
  return true;
}

// What the classifier calls a parameter of ours.
std::string classifier_name(const TrainedModel& trained,
                            const std::string& ours) {
  const DecoderConfig& decoder = trained.described.config.decoder;
  const bool has_own_map = decoder.queries[0].outputs > 0;
  std::string rest;
  if (begins(ours, "decoder.logits.output.", rest)) return "head." + rest;
  if (!has_own_map && begins(ours, "decoder.output.", rest)) {
    return "head." + rest;
  }
  if (ours == "decoder.logits.queries") return "decoder.output.queries";
  if (trained.contestant == "perceiver" && begins(ours, "encoder.", rest)) {
    return rest;
  }
  return ours;
}

// The classifier's table of a learned kind, [rows, channels].
struct Table {
  Tensor<float, 2> values;

  void want(const std::string& name, std::size_t rows, std::size_t channels,
            Wanted& wanted) {
    values.resize({rows, channels});
    wanted.push_back(
        {name, {rows, channels}, {values.data(), values.size()}, {}});
  }
};

// Rows of `from` into columns of `to` from `column` on; row r becomes row
// places[r], if there are such.
void copy_beside(const Tensor<float, 2>& from, std::size_t column,
                 const std::vector<std::size_t>& places,
                 const Parameter<float>& to) {
  const std::size_t channels = to.shape[1];
  for (std::size_t r = 0; r < from.shape(0); ++r) {
    const std::size_t row = places.empty() ? r : places[r];
    std::copy_n(&from(r, 0), from.shape(1),
                to.values.data() + row * channels + column);
  }
}

// Positions beside, as rows: learned ones are wanted, others made.
void want_positions(const TrainedModel& trained, std::size_t rows, Table& table,
                    Wanted& wanted) {
  const PositionConfig& positions = trained.positions;
  if (positions.kind == Kind::learned) {
    table.want("positions", rows, positions.channels, wanted);
  } else if (positions.kind == Kind::fourier) {
    const std::vector<std::size_t> line = {rows};
    table.values = fourier_features<float>(line, positions.bands);
  }
}

}  // namespace

void load_trained_weights(const Checkpoint& checkpoint,
                          const TrainedModel& trained, IoModel<float>& model) {
  const std::string& name = trained.input().name;
  Wanted wanted;
  Table embedding, positions;
  std::optional<Parameter<float>> embedding_to, positions_to;
  model.for_each_parameter([&](const Parameter<float>& parameter) {
    if (parameter.name == name + ".embedding") {
      embedding.want("embedding", parameter.shape[0], trained.embedding,
                     wanted);
      embedding_to = parameter;
    } else if (parameter.name == name + ".positions") {
      want_positions(trained, parameter.shape[0], positions, wanted);
      positions_to = parameter;
    } else {
      wanted.push_back({classifier_name(trained, parameter.name),
                        parameter.shape,
                        parameter.values,
                        {}});
    }
  });
  load(checkpoint, wanted, [](const std::string&) { return false; });
  for (const auto& to : {embedding_to, positions_to}) {
    if (to) std::fill(to->values.begin(), to->values.end(), 0.0f);
  }
  if (embedding_to) copy_beside(embedding.values, 0, {}, *embedding_to);
  if (positions_to && positions.values.size() > 0) {
    copy_beside(positions.values, trained.embedding, trained.places,
                *positions_to);
  }
}

}  // namespace suite
