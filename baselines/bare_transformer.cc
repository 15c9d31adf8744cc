// Self-attention over all N inputs with nothing but what its complexity claim
// speaks of: x ← softmax(QKᵀ/√d)V with single projections, B times.
#include "baselines/transformer/key_exchange_option.h"
#include "contract/registry.h"
#include "primitives/attention/attention_formula.h"
#include "primitives/attention/over_ranks/over_ranks_formula.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attend_backward.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/keep.h"

namespace suite {
namespace {

template <class T>
class BareTransformer {
 public:
  BareTransformer(const Shape& shape, const Options& options)
      : shape_(shape),
        form_(attention_form(options.text("form"))),
        exchange_(key_exchange(options.text("exchange"))) {
    require(shape.D % shape.H == 0, "H = {} heads do not divide D = {}",
            shape.H, shape.D);
    for (std::size_t layer = 0; layer < shape.B; ++layer) {
      const std::size_t read = layer == 0 ? shape.C : shape.D;
      layers_.push_back({Linear<T>(read, shape.D, Bias::without),
                         Linear<T>(read, shape.D, Bias::without),
                         Linear<T>(read, shape.D, Bias::without), shape.H});
    }
  }

  struct Workspace {
    AttentionWorkspace<T> attention;
    Tensor<T, 3> stream, mixed;  // [batch, N, D]
    std::unique_ptr<AttentionOverRanks<T>> over_ranks;  // or null
  };
  Workspace workspace() const {
    return {AttentionWorkspace<T>(form_), {}, {}, nullptr};
  }

  // As Encoder::share_out() says.
  void share_out(Workspace& workspace, Exchange& exchange) const {
    require_streaming(form_);
    workspace.over_ranks = make_attention_over_ranks<T>(
        exchange_, shape_.H,
        share_of(shape_.N, exchange.rank(), exchange.size()), exchange);
  }

  struct Trace {
    std::vector<AttendTrace<T>> layers;
    std::vector<Tensor<T, 3>> streams;  // what each layer made
    AttendBackward<T> backward;
    Tensor<T, 3> d_stream, d_next;  // [batch, N, D]
    Tensor<T, 3> d_first;           // [batch, N, C], of the input
  };
  // Every stream is kept anyway: there is nothing to compute again.
  Trace trace(Keep) const {
    return {std::vector<AttendTrace<T>>(layers_.size()),
            std::vector<Tensor<T, 3>>(layers_.size()),
            AttendBackward<T>(form_),
            {},
            {},
            {}};
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      AttendTrace<T>* own = trace == nullptr ? nullptr : &trace->layers[layer];
      const bool first = layer == 0;
      const Tensor<T, 3>& read = first ? input : w.stream;
      Tensor<T, 3>& made = first ? w.stream : w.mixed;
      if (w.over_ranks == nullptr) {
        attend(read, mask, layers_[layer], w.attention, made, ledger, own);
      } else {
        require(own == nullptr, "over ranks there are forwards alone");
        const MixTokens<T> mix = [&](const AttentionInputs<T>& inputs,
                                     Tensor<T, 3>& output, Ledger& book) {
          w.over_ranks->forward(inputs, output, book);
        };
        attend(read, mask, layers_[layer], mix, w.attention, made, ledger);
      }
      if (own != nullptr) keep_copy(made, trace->streams[layer], ledger);
      if (!first) std::swap(w.stream, w.mixed);
    }
    return w.stream;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace&, Trace& trace,
                BareTransformer& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const {
    keep_copy(d_output, trace.d_stream, ledger);
    for (std::size_t layer = layers_.size(); layer-- > 0;) {
      attend_backward(layer == 0 ? input : trace.streams[layer - 1], mask,
                      layers_[layer], trace.layers[layer], trace.streams[layer],
                      trace.d_stream, trace.backward, gradient.layers_[layer],
                      layer == 0 ? trace.d_first : trace.d_next, ledger);
      if (layer > 0) std::swap(trace.d_stream, trace.d_next);
    }
    if (d_input == nullptr || !ledger.computes()) return;
    for (std::size_t i = 0; i < input.size(); ++i) {
      d_input->data()[i] += trace.d_first.data()[i];
    }
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      layers_[layer].for_each_parameter(fmt::format("layer{}", layer), visit);
    }
  }

 private:
  Shape shape_;
  AttentionForm form_;
  KeyExchange exchange_;
  std::vector<Projections<T>> layers_;
};

// Of layers that cost layer(channels that it reads), over the inputs in `s`.
template <class Layer>
Cost bare_cost_of(const Shape& s, std::size_t scalar, const Layer& layer) {
  Cost cost = layer(s.C) + (s.B - 1) * layer(s.D);
  const std::size_t streams = s.B > 1 ? 2 : 1;
  cost.bytes_held =
      layer(s.D).bytes_held +
      scalar * (cost.parameters + s.batch * s.N * (s.C + streams * s.D));
  return cost;
}

Cost bare_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  const AttentionForm form = attention_form(options.text("form"));
  return bare_cost_of(s, scalar, [&](std::size_t read) {
    return formula::attend({s.batch, s.N, read, s.D, s.D, s.H}, Bias::without,
                           form, scalar, threads);
  });
}

// Projections of the share's inputs, and attention over all of them.
Cost bare_rank_cost(Shape s, const Options& options, const InputShare& share,
                    std::size_t scalar, int threads) {
  const AttentionForm form = attention_form(options.text("form"));
  require_streaming(form);
  s.N = share.inputs();
  const AttentionShape own{s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H};
  const Cost over_ranks = formula::attention_over_ranks(
      key_exchange(options.text("exchange")), own, share, scalar, threads);
  const Cost alone = formula::attention(own, form, scalar);
  const std::uint64_t buffers =
      formula::attention_buffers(own, form, scalar, threads);
  return bare_cost_of(s, scalar, [&](std::size_t read) {
    const Cost attend = formula::attend({s.batch, s.N, read, s.D, s.D, s.H},
                                        Bias::without, form, scalar, threads);
    Cost cost = attend - alone + over_ranks;
    cost.parameters = attend.parameters;
    cost.bytes_held = attend.bytes_held - buffers + over_ranks.bytes_held;
    return cost;
  });
}

TrainingCost bare_training_cost(const Shape& s, const Options& options,
                                std::size_t scalar, int threads, Keep) {
  const AttentionForm form = attention_form(options.text("form"));
  const AttendSizes self{
      .self = {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H}};
  const auto layers = [&](std::size_t read, std::size_t uses) {
    return formula::attend_backward(self.self, read, uses, scalar, form,
                                    threads);
  };
  const Cost first = layers(s.C, 1);
  TrainingCost cost;
  cost.forward = bare_cost(s, options, scalar, threads);
  cost.backward = first;
  if (s.B > 1) cost.backward += layers(s.D, s.B - 1);
  // Beside what each layer keeps: every stream, and the gradients of the
  // output, of one or two streams, and of the input.
  const std::size_t streams = s.B + 1 + (s.B > 1 ? 2 : 1);
  cost.bytes_held = cost.forward.bytes_held + first.bytes_held +
                    scalar * (cost.forward.parameters +
                              s.batch * s.N * (streams * s.D + s.C)) +
                    formula::attend_kept(self, s.B, form, scalar);
  return cost;
}

oracle::Array bare_reference(const Shape& shape, const Options&,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array x = input;
  for (std::size_t layer = 0; layer < shape.B; ++layer) {
    x = oracle::attend(x, x, parameters, "layer" + std::to_string(layer),
                       shape.H, valid);
  }
  return x;
}

Contestant bare_transformer() {
  Contestant contestant{{
      .name = "bare_transformer",
      .facts = {.paper = "Vaswani et al. 2017, Table 1",
                .idea = "full self-attention alone, as its complexity claim "
                        "defines it",
                .cost = "O(B·N²·D)",
                .dimensions = "N B C D H batch",
                .exact = true,
                .permutation_equivariant = true},
      .options = {attention_form_option(), key_exchange_option()},
  }};
  contestant.cost = bare_cost;
  contestant.rank_cost = bare_rank_cost;
  contestant.training_cost = bare_training_cost;
  contestant.reference = bare_reference;
  make_with<BareTransformer>(contestant);
  return contestant;
}

const Registration registered(bare_transformer());

}  // namespace
}  // namespace suite
