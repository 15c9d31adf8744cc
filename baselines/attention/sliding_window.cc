// Sliding-window attention with global rows (Longformer, Beltagy et al. 2020,
// §3.1): a row reads the `window` rows on either side of it, and the first
// `globals` rows, which read everything, are read by everyone. Softmax attention
// over those, with the projections of all rows (the paper has others for global
// rows).
//
// Cost: at most 2·N·(2·window + 1 + 2·globals)·D MACs a layer, linear in N.
#include "baselines/transformer/transformer.h"
#include "contract/registry.h"
#include "primitives/efficient_attention/sparse/sparse_backward.h"
#include "primitives/efficient_attention/sparse/sparse_formula.h"

namespace suite {
namespace {

// Queries of a block: few beside the window, or they share too little of it.
constexpr std::size_t kBlock = 48;

struct Window {
  std::size_t rows, each_side, globals;
  bool causal;  // a row reads no later one, global or not

  Window(const Shape& s, const Options& options)
      : rows(s.N),
        each_side(options.number("window")),
        globals(std::min(options.number("globals"), s.N)),
        causal(options.flag("causal")) {}

  std::size_t end(std::size_t query) const {
    return causal ? query + 1 : rows;
  }
  // Besides the globals.
  KeyRange own(std::size_t query) const {
    const std::size_t last = end(query);
    if (query < globals) return {std::min(globals, last), last};
    const std::size_t before = query < each_side ? 0 : query - each_side;
    return {std::max(before, globals), std::min(query + each_side + 1, last)};
  }
  // A global row may come after a global query: then it is the query's own.
  KeyRange shared(std::size_t query) const {
    return {0, query < globals && causal ? 0 : globals};
  }
  KeyRange own_with_globals(std::size_t query) const {
    return query < globals && causal ? KeyRange{0, query + 1} : own(query);
  }

  SparsePattern pattern() const {
    return {.rows = rows,
            .block = kBlock,
            .apart = globals,
            .whole =
                [*this](std::size_t query, std::vector<KeyRange>& runs) {
                  runs.push_back(shared(query));
                },
            .own = [*this](std::size_t query) {
              return own_with_globals(query);
            }};
  }

  // Of a query and a key that it reads.
  std::size_t pairs() const {
    const std::size_t others = rows - globals;
    // Those that a row misses of its window at either end.
    const std::size_t cut = std::min(each_side, others);
    const std::size_t missed = cut * (cut + 1) / 2 + (each_side - cut) * others;
    if (causal) {
      return globals * (globals + 1) / 2 + globals * others +
             others * (each_side + 1) - missed;
    }
    return globals * rows + others * globals + others * (2 * each_side + 1) -
           2 * missed;
  }
};

AttentionShape attention_shape(const Shape& s) {
  return {s.batch, s.N, s.N, s.H, s.D / s.H, s.D / s.H};
}

template <class T>
class SlidingWindow {
 public:
  SlidingWindow(const Shape& shape, const Options& options)
      : pattern_(Window(shape, options).pattern()) {}

  using Workspace = SparseAttention<T>;
  Workspace workspace() const { return {}; }

  void forward(const AttentionInputs<T>& inputs, Workspace& attention,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace) const {
    attention.forward(inputs, pattern_, output, ledger, trace);
  }

  using Backward = SparseBackward<T>;
  Backward backward_workspace() const { return {}; }

  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients, Backward& backward,
                SlidingWindow&, Ledger& ledger) const {
    backward.run(inputs, pattern_, result, gradients, ledger);
  }

 private:
  SparsePattern pattern_;
};

Cost sliding_cost(const Shape& s, const Options& options, std::size_t scalar,
                  int threads) {
  return formula::sparse_attention(attention_shape(s),
                                   Window(s, options).pairs(), kBlock, scalar,
                                   threads);
}

Cost sliding_backward_cost(const Shape& s, const Options& options,
                           std::size_t scalar, int threads) {
  const Window window(s, options);
  return formula::sparse_attention_backward(
      attention_shape(s), window.pattern(), window.pairs(), scalar, threads);
}

oracle::Array sliding_reference(const NaiveInputs& in) {
  const auto window = static_cast<long>(in.options.number("window"));
  const auto globals = static_cast<long>(in.options.number("globals"));
  const bool causal = in.options.flag("causal");
  return oracle::attention_where(
      in.q, in.k, in.v, in.shape.H, in.valid,
      [=](std::size_t query, std::size_t key) {
        const auto i = static_cast<long>(query), j = static_cast<long>(key);
        const bool near = j >= i - window && j <= i + window;
        const bool global = i < globals || j < globals;
        return (near || global) && !(causal && j > i);
      });
}

Contestant sliding_window() {
  AttentionVariant variant{{
      .name = "sliding_window",
      .facts = {.paper = "Beltagy et al. 2020 (Longformer), §3.1",
                .idea = "a row reads its neighbours and a few global rows",
                .cost = "O(B·N·window·D)",
                .exact = false},
      .options = {number("window", 256, "How many rows on either side?"),
                  number("globals", 0,
                         "How many first rows read and are read by all?"),
                  choice("causal", {"false", "true"},
                         "Does a row read only itself and those before it?")},
      .trial = {{"window", "2"}},
      .growth = {{"N", 1, 1},
                 {"N", 1, 1, {{"causal", "true"}}},
                 {"N", 1, 1, {{"globals", "3"}}}},
      .limit = ExactLimit{.statement = "window ≥ N",
                          .options =
                              [](const Shape& shape, std::size_t) {
                                return OptionValues{
                                    {"window", std::to_string(shape.N)}};
                              }},
      .golden = Golden{64080, 2952, 1.97708075526},
      .settings = along("window", {64, 128, 256, 512, 1024}),
  }};
  variant.cost = sliding_cost;
  variant.backward_cost = sliding_backward_cost;
  variant.reference = sliding_reference;
  make_with<SlidingWindow>(variant);
  return transformer_with(variant);
}

const Registration registered(sliding_window());

}  // namespace
}  // namespace suite
