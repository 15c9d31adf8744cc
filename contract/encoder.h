// A model, built and ready to run: parameters, which are a value, apart from
// what a forward needs while it runs, which is the caller's.
#pragma once

#include <memory>
#include <utility>

#include "primitives/cost.h"
#include "primitives/parameter.h"

namespace suite {

// What a forward needs while it runs; what is in it is the business of the model
// that made it. Reuse it: after the first forward of a shape, nothing is allocated.
class Workspace {
 public:
  virtual ~Workspace() = default;
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

// A model is a value: a copyable class Model<T> with a struct Workspace, and
// the functions of an Encoder on it.
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
    return model_.forward(input, mask,
                          unwrapped<typename Model<T>::Workspace>(workspace),
                          ledger);
  }
  void for_each_parameter(const ParameterVisitor<T>& visit) override {
    model_.for_each_parameter(visit);
  }

 private:
  Model<T> model_;
};

template <template <class> class Model, class T>
std::unique_ptr<Encoder<T>> as_encoder(Model<T> model) {
  return std::make_unique<ModelEncoder<Model, T>>(std::move(model));
}

}  // namespace suite
