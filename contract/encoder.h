// A model, built and ready to run: parameters, which are a value, apart from
// what a forward needs while it runs, which is the caller's.
#pragma once

#include <memory>
#include <typeinfo>
#include <utility>

#include "primitives/cost.h"
#include "primitives/exchange/exchange.h"
#include "primitives/keep.h"
#include "primitives/parameter.h"

namespace suite {

// What a forward needs while it runs; what is in it is the business of the model
// that made it. Reuse it: after the first forward of a shape, nothing is allocated.
class Workspace {
 public:
  virtual ~Workspace() = default;
};

// What a forward keeps that is to be differentiated, and what its backward
// needs while it runs; as a Workspace is.
class Trace {
 public:
  virtual ~Trace() = default;
};

template <class T>
class Encoder {
 public:
  virtual ~Encoder() = default;

  // Another with the same parameters, which are its own from then on.
  virtual std::unique_ptr<Encoder> copy() const = 0;

  // A new one. It serves copies too, but one forward at a time.
  virtual std::unique_ptr<Workspace> workspace() const = 0;

  // input[batch, N, C], mask[batch, N] or empty → output[batch, O, ·] with
  // queries, [batch, M, ·] with latents alone, [batch, N, ·] without. The
  // reference lives until the workspace's next forward. Throws std::bad_cast
  // for the workspace of another model.
  virtual const Tensor<T, 3>& forward(const Tensor<T, 3>& input,
                                      const Mask& mask, Workspace& workspace,
                                      Ledger& ledger) const = 0;

  // From now on forwards with `workspace` are those of one rank: input[batch,
  // ·, C] is its share of the N inputs (range_tree.h), without a mask, and the
  // output, on every rank, that of all, if it has a row for each latent; else
  // its share of the rows, in the order of ranks. The exchange outlives the
  // workspace. Throws Error for a model that isn't run over ranks.
  virtual void share_out(Workspace&, Exchange&) const {
    throw Error("it is not run over ranks");
  }

  // A new one, of forwards whose backward will be asked for. Null where there
  // is no backward.
  virtual std::unique_ptr<Trace> trace(Keep keep) const = 0;

  // The same forward, which leaves in the trace what backward needs. Throws
  // std::bad_cast for the trace of another model.
  virtual const Tensor<T, 3>& forward(const Tensor<T, 3>& input,
                                      const Mask& mask, Workspace& workspace,
                                      Trace& trace, Ledger& ledger) const = 0;

  // The gradient of that forward, which was the trace's last and the
  // workspace's: `gradient`, an encoder like this one, += d loss/d parameters,
  // and d_input[batch, N, C], unless it is null, += d loss/d input, where
  // d_output is d loss/d output, of the output's shape. Once a forward. A loss
  // over all examples and outputs, or over parts of them one after the other,
  // gives the same sums.
  virtual void backward(const Tensor<T, 3>& input, const Mask& mask,
                        const Tensor<T, 3>& d_output, Workspace& workspace,
                        Trace& trace, Encoder& gradient, Tensor<T, 3>* d_input,
                        Ledger& ledger) const = 0;

  // Where latents looked: the weights [batch, heads, M, N] of the workspace's
  // last read of its inputs. Null for a model that reads none, or keeps none.
  virtual const Tensor<T, 4>* cross_weights(const Workspace&) const {
    return nullptr;
  }

  // Visits each parameter once: shared weights are one parameter.
  virtual void for_each_parameter(const ParameterVisitor<T>& visit) = 0;
};

// A model's own workspace as what its interface passes around, and back.
template <class Own>
struct WorkspaceOf : Workspace {
  Own own;

  explicit WorkspaceOf(Own made) : own(std::move(made)) {}
};
template <class Own>
std::unique_ptr<Workspace> wrapped(Own own) {
  return std::make_unique<WorkspaceOf<Own>>(std::move(own));
}
template <class Own>
Own& unwrapped(Workspace& workspace) {
  return dynamic_cast<WorkspaceOf<Own>&>(workspace).own;
}

template <class Own>
struct TraceOf : Trace {
  Own own;

  explicit TraceOf(Own made) : own(std::move(made)) {}
};

template <class Model>
concept Differentiable = requires {
  typename Model::Trace;
};

// A model is a value: a copyable class Model<T> with a struct Workspace, and
// the functions of an Encoder on it. One that can be trained has a struct Trace
// too, trace(keep), a forward that takes one, and backward; one that runs over
// ranks has share_out.
template <template <class> class Model, class T>
class ModelEncoder : public Encoder<T> {
 public:
  explicit ModelEncoder(Model<T> model) : model_(std::move(model)) {}

  std::unique_ptr<Encoder<T>> copy() const override {
    return std::make_unique<ModelEncoder>(model_);
  }
  std::unique_ptr<Workspace> workspace() const override {
    return wrapped(model_.workspace());
  }
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& workspace,
                              Ledger& ledger) const override {
    return model_.forward(input, mask, own(workspace), ledger);
  }
  std::unique_ptr<Trace> trace(Keep keep) const override {
    if constexpr (Differentiable<Model<T>>) {
      if (!differentiable(model_)) return nullptr;
      return std::make_unique<TraceOf<typename Model<T>::Trace>>(
          model_.trace(keep));
    }
    return nullptr;
  }
  const Tensor<T, 3>& forward(const Tensor<T, 3>& input, const Mask& mask,
                              Workspace& workspace, Trace& trace,
                              Ledger& ledger) const override {
    if constexpr (Differentiable<Model<T>>) {
      return model_.forward(input, mask, own(workspace), ledger, &own(trace));
    }
    throw std::bad_cast();
  }
  void backward(const Tensor<T, 3>& input, const Mask& mask,
                const Tensor<T, 3>& d_output, Workspace& workspace,
                Trace& trace, Encoder<T>& gradient, Tensor<T, 3>* d_input,
                Ledger& ledger) const override {
    if constexpr (Differentiable<Model<T>>) {
      return model_.backward(input, mask, d_output, own(workspace), own(trace),
                             dynamic_cast<ModelEncoder&>(gradient).model_,
                             d_input, ledger);
    }
    throw std::bad_cast();
  }
  void share_out(Workspace& workspace, Exchange& exchange) const override {
    if constexpr (requires { model_.share_out(own(workspace), exchange); }) {
      return model_.share_out(own(workspace), exchange);
    }
    Encoder<T>::share_out(workspace, exchange);
  }
  const Tensor<T, 4>* cross_weights(const Workspace& workspace) const override {
    if constexpr (requires(const typename Model<T>::Workspace& own) {
                    model_.cross_weights(own);
                  }) {
      const auto& own =
          dynamic_cast<const WorkspaceOf<typename Model<T>::Workspace>&>(
              workspace)
              .own;
      return &model_.cross_weights(own);
    }
    return nullptr;
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    model_.for_each_parameter(visit);
  }

 private:
  static auto& own(Workspace& workspace) {
    return unwrapped<typename Model<T>::Workspace>(workspace);
  }
  static auto& own(Trace& trace) {
    return dynamic_cast<TraceOf<typename Model<T>::Trace>&>(trace).own;
  }
  // A model may say so of itself, where it depends on what it is made of.
  static bool differentiable(const Model<T>& model) {
    if constexpr (requires { model.differentiable(); }) {
      return model.differentiable();
    }
    return true;
  }

  Model<T> model_;
};

template <template <class> class Model, class T>
std::unique_ptr<Encoder<T>> as_encoder(Model<T> model) {
  return std::make_unique<ModelEncoder<Model, T>>(std::move(model));
}

}  // namespace suite
