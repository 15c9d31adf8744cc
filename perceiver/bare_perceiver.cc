// The Perceiver with nothing but what its complexity claim speaks of:
// z ← softmax(QKᵀ/√d)V with single projections, M latents over N inputs and L
// times over themselves, in each of B blocks. No layer norm, MLP, bias, output
// projection or residual.
#include "contract/registry.h"
#include "primitives/attention_layer/attend.h"
#include "primitives/attention_layer/attend_backward.h"
#include "primitives/attention_layer/attention_layer_formula.h"
#include "primitives/cross_attention/cross_attention_formula.h"
#include "primitives/keep.h"
#include "primitives/layers/learned_rows.h"

namespace suite {
namespace {

template <class T>
Projections<T> projections(std::size_t from, std::size_t read,
                           std::size_t heads) {
  return {Linear<T>(from, from, Bias::without),
          Linear<T>(read, from, Bias::without),
          Linear<T>(read, from, Bias::without), heads};
}

template <class T>
class BarePerceiver {
 public:
  BarePerceiver(const Shape& shape, const Options& options)
      : shape_(shape), form_(attention_form(options.text("form"))) {
    require(shape.D % shape.H == 0, "H = {} heads do not divide D = {}",
            shape.H, shape.D);
    latents_.resize({shape.M, shape.D});
    for (std::size_t block = 0; block < shape.B; ++block) {
      cross_.push_back(projections<T>(shape.D, shape.C, shape.H));
      for (std::size_t layer = 0; layer < shape.L; ++layer) {
        self_.push_back(projections<T>(shape.D, shape.D, shape.H));
      }
    }
  }

  struct Workspace {
    AttentionWorkspace<T> cross, latent;
    Tensor<T, 3> stream, mixed;  // [batch, M, D]
  };
  Workspace workspace() const {
    return {AttentionWorkspace<T>(form_), AttentionWorkspace<T>(form_), {}, {}};
  }

  // As Encoder::share_out() says.
  void share_out(Workspace& workspace, Exchange& exchange) const {
    workspace.cross.cross_attention.share_out(
        share_of(shape_.N, exchange.rank(), exchange.size()), exchange);
  }

  struct Trace {
    std::vector<AttendTrace<T>> cross, latent;  // of each use
    std::vector<Tensor<T, 3>> streams;  // what each use was given, and the last
    AttendBackward<T> cross_backward, latent_backward;
    Tensor<T, 3> d_stream, d_next;  // [batch, M, D]
  };
  // Every stream is kept anyway: there is nothing to compute again.
  Trace trace(Keep) const {
    return {std::vector<AttendTrace<T>>(cross_.size()),
            std::vector<AttendTrace<T>>(self_.size()),
            std::vector<Tensor<T, 3>>(cross_.size() + self_.size() + 1),
            AttendBackward<T>(form_),
            AttendBackward<T>(form_),
            {},
            {}};
  }

  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& w, Ledger& ledger,
                              Trace* trace = nullptr) const {
    repeat_rows(latents_, input.shape(0), w.stream, ledger);
    std::size_t use = 0;
    const auto keep = [&] {
      if (trace != nullptr) keep_copy(w.stream, trace->streams[use++], ledger);
      std::swap(w.stream, w.mixed);
    };
    for (std::size_t block = 0; block < shape_.B; ++block) {
      AttendTrace<T>* own = trace == nullptr ? nullptr : &trace->cross[block];
      attend<T>(w.stream, input, /*norm=*/nullptr, mask, cross_[block],
                /*rules=*/{}, w.cross, w.mixed, ledger, own);
      keep();
      for (std::size_t layer = 0; layer < shape_.L; ++layer) {
        const std::size_t self = block * shape_.L + layer;
        own = trace == nullptr ? nullptr : &trace->latent[self];
        attend(w.stream, no_mask(), self_[self], w.latent, w.mixed, ledger,
               own);
        keep();
      }
    }
    if (trace != nullptr) keep_copy(w.stream, trace->streams[use], ledger);
    return w.stream;
  }

  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace&, Trace& trace,
                BarePerceiver& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const {
    keep_copy(d_output, trace.d_stream, ledger);
    std::size_t use = trace.streams.size() - 1;
    for (std::size_t block = shape_.B; block-- > 0;) {
      for (std::size_t layer = shape_.L; layer-- > 0;) {
        const std::size_t self = block * shape_.L + layer;
        --use;
        attend_backward(trace.streams[use], no_mask(), self_[self],
                        trace.latent[self], trace.streams[use + 1],
                        trace.d_stream, trace.latent_backward,
                        gradient.self_[self], trace.d_next, ledger);
        std::swap(trace.d_stream, trace.d_next);
      }
      --use;
      attend_backward<T>(trace.streams[use], input, /*norm=*/nullptr, mask,
                         cross_[block], /*rules=*/{}, trace.cross[block],
                         trace.streams[use + 1], trace.d_stream,
                         trace.cross_backward, /*norm_gradient=*/nullptr,
                         gradient.cross_[block], trace.d_next, d_input, ledger);
      std::swap(trace.d_stream, trace.d_next);
    }
    repeat_rows_backward(trace.d_stream, gradient.latents_, ledger);
  }

  void for_each_parameter(const ParameterVisitor<T>& visit) {
    visit_tensor(visit, "latents", latents_, Init::latent);
    for (std::size_t block = 0; block < shape_.B; ++block) {
      cross_[block].for_each_parameter(fmt::format("cross{}", block), visit);
    }
    for (std::size_t layer = 0; layer < self_.size(); ++layer) {
      self_[layer].for_each_parameter(fmt::format("self{}", layer), visit);
    }
  }

 private:
  Shape shape_;
  AttentionForm form_;
  Tensor<T, 2> latents_;               // [M, D]
  std::vector<Projections<T>> cross_;  // one a block
  std::vector<Projections<T>> self_;   // L a block
};

// Of the inputs in `s`, which may be a rank's share.
Cost bare_cost_of(const Shape& s, const Options& options,
                  const InputShare& share, std::size_t scalar, int threads) {
  const AttentionForm form = attention_form(options.text("form"));
  const Cost cross = formula::cross_attention(
      {s.batch, s.M, s.N, s.C, s.D, s.D, s.H, /*normed=*/false}, s.D,
      {.share = share}, /*uses=*/1, Bias::without, form, scalar, threads);
  const Cost self =
      formula::attend({s.batch, s.M, s.D, s.D, s.D, s.H}, Bias::without, form,
                      scalar, threads);
  Cost cost = s.B * (cross + s.L * self);
  cost.parameters += s.M * s.D;
  cost.bytes_held = cross.bytes_held + (s.L > 0 ? self.bytes_held : 0) +
                    scalar * (cost.parameters + s.batch * s.N * s.C +
                              2 * s.batch * s.M * s.D);
  return cost;
}

Cost bare_cost(const Shape& s, const Options& options, std::size_t scalar,
               int threads) {
  return bare_cost_of(s, options, /*share=*/{}, scalar, threads);
}

Cost bare_rank_cost(Shape s, const Options& options, const InputShare& share,
                    std::size_t scalar, int threads) {
  s.N = share.inputs();
  return bare_cost_of(s, options, share, scalar, threads);
}

TrainingCost bare_training_cost(const Shape& s, const Options& options,
                                std::size_t scalar, int threads, Keep) {
  const AttentionForm form = attention_form(options.text("form"));
  const AttendSizes cross{
      .cross = {s.batch, s.M, s.N, s.C, s.D, s.D, s.H, /*normed=*/false}};
  const AttendSizes self{
      .self = {s.batch, s.M, s.M, s.H, s.D / s.H, s.D / s.H}};
  const std::size_t layers = s.B * s.L;
  const Cost read = formula::cross_attention_backward(
      cross.cross, s.D, /*plan=*/{}, s.B, form, /*d_inputs=*/false, scalar,
      threads);
  const Cost think =
      formula::attend_backward(self.self, s.D, layers, scalar, form, threads);
  TrainingCost cost;
  cost.forward = bare_cost(s, options, scalar, threads);
  cost.backward = read + (layers > 0 ? think : Cost());
  // Beside what each use keeps: every stream, and the gradients of two and of
  // the output.
  cost.bytes_held = cost.forward.bytes_held + cost.backward.bytes_held +
                    scalar * (cost.forward.parameters +
                              (s.B + layers + 1 + 3) * s.batch * s.M * s.D) +
                    formula::attend_kept(cross, s.B, form, scalar) +
                    formula::attend_kept(self, layers, form, scalar);
  return cost;
}

oracle::Array bare_reference(const Shape& shape, const Options&,
                             const oracle::Parameters& parameters,
                             const oracle::Array& input,
                             const oracle::Valid& valid) {
  oracle::Array z = oracle::repeated(parameters.at("latents"), input.dim(0));
  for (std::size_t block = 0; block < shape.B; ++block) {
    z = oracle::attend(z, input, parameters, "cross" + std::to_string(block),
                       shape.H, valid);
    for (std::size_t layer = 0; layer < shape.L; ++layer) {
      z = oracle::attend(z, z, parameters,
                         "self" + std::to_string(block * shape.L + layer),
                         shape.H, {});
    }
  }
  return z;
}

Contestant bare_perceiver() {
  Contestant contestant{{
      .name = "bare_perceiver",
      .facts = {.paper = "Jaegle et al. 2021, §3.1",
                .idea = "the Perceiver's attention alone, as its complexity "
                        "claim defines it",
                .cost = "O(B·M·N·D + B·L·M²·D)",
                .dimensions = "N M B C D H L batch",
                .exact = true,
                .latents = true,
                .permutation_invariant = true},
      .options = {attention_form_option()},
  }};
  contestant.cost = bare_cost;
  contestant.rank_cost = bare_rank_cost;
  contestant.training_cost = bare_training_cost;
  contestant.reference = bare_reference;
  make_with<BarePerceiver>(contestant);
  return contestant;
}

const Registration registered(bare_perceiver());

}  // namespace
}  // namespace suite
