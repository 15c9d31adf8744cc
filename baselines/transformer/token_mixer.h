// What mixes the tokens of one layer, in place of softmax attention.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include "contract/encoder.h"
#include "primitives/attention/attention.h"
#include "primitives/attention/attention_backward.h"
#include "primitives/exchange/exchange.h"
#include "primitives/exchange/range_tree.h"

namespace suite {

// A value that holds the layer's parameters, made of any copyable Mixer with a
// Workspace, workspace(), forward() and, if it has parameters, a visit of them.
// All layers of a model share the workspace of one.
//
// One that can be trained has a forward that takes an AttentionTrace too, or
// null, a struct Backward, what its backward needs while it runs,
// backward_workspace() and backward(). What it made on the way and wants again
// it puts into the trace's `made`; what is cheap it makes again.
//
// One that runs over ranks has share_out(workspace, share, exchange): from then
// on forwards with that workspace are of the share's tokens.
template <class T>
class TokenMixer {
 public:
  template <class Mixer>
    requires(!std::same_as<Mixer, TokenMixer>)
  explicit TokenMixer(Mixer mixer)
      : mixer_(std::make_unique<Of<Mixer>>(std::move(mixer))) {}

  TokenMixer(const TokenMixer& other) : mixer_(other.mixer_->copy()) {}
  TokenMixer(TokenMixer&&) noexcept = default;
  TokenMixer& operator=(TokenMixer other) noexcept {
    mixer_ = std::move(other.mixer_);
    return *this;
  }

  std::unique_ptr<Workspace> workspace() const { return mixer_->workspace(); }

  // output[batch, N, D], resized to fit, ← queries, keys and values [batch, N, ·]
  // as wide as the variant says. Hidden inputs must not show in the others' rows.
  void forward(const AttentionInputs<T>& inputs, Workspace& workspace,
               Tensor<T, 3>& output, Ledger& ledger,
               AttentionTrace<T>* trace = nullptr) const {
    mixer_->forward(inputs, workspace, output, ledger, trace);
  }

  // Throws Error for one that isn't run over ranks.
  void share_out(Workspace& workspace, const InputShare& share,
                 Exchange& exchange) const {
    mixer_->share_out(workspace, share, exchange);
  }

  bool differentiable() const { return mixer_->differentiable(); }
  std::unique_ptr<Workspace> backward_workspace() const {
    return mixer_->backward_workspace();
  }
  // Writes the gradients of what forward was given; `gradient`, a mixer like
  // this one, is added to.
  void backward(const AttentionInputs<T>& inputs,
                const AttentionResult<T>& result,
                const AttentionInputGradients<T>& gradients,
                Workspace& workspace, TokenMixer& gradient,
                Ledger& ledger) const {
    mixer_->backward(inputs, result, gradients, workspace, *gradient.mixer_,
                     ledger);
  }
  void for_each_parameter(const std::string& name,
                          const ParameterVisitor<T>& visit) {
    mixer_->for_each_parameter(name, visit);
  }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual std::unique_ptr<Any> copy() const = 0;
    virtual std::unique_ptr<Workspace> workspace() const = 0;
    virtual void forward(const AttentionInputs<T>& inputs, Workspace& workspace,
                         Tensor<T, 3>& output, Ledger& ledger,
                         AttentionTrace<T>* trace) const = 0;
    virtual void share_out(Workspace& workspace, const InputShare& share,
                           Exchange& exchange) const = 0;
    virtual bool differentiable() const = 0;
    virtual std::unique_ptr<Workspace> backward_workspace() const = 0;
    virtual void backward(const AttentionInputs<T>& inputs,
                          const AttentionResult<T>& result,
                          const AttentionInputGradients<T>& gradients,
                          Workspace& workspace, Any& gradient,
                          Ledger& ledger) const = 0;
    virtual void for_each_parameter(const std::string& name,
                                    const ParameterVisitor<T>& visit) = 0;
  };

  template <class Mixer>
  struct Of : Any {
    Mixer mixer;

    explicit Of(Mixer made) : mixer(std::move(made)) {}

    std::unique_ptr<Any> copy() const override {
      return std::make_unique<Of>(mixer);
    }
    std::unique_ptr<Workspace> workspace() const override {
      return wrapped(mixer.workspace());
    }
    static constexpr bool kDifferentiable = requires {
      typename Mixer::Backward;
    };

    void forward(const AttentionInputs<T>& inputs, Workspace& workspace,
                 Tensor<T, 3>& output, Ledger& ledger,
                 AttentionTrace<T>* trace) const override {
      auto& own = unwrapped<typename Mixer::Workspace>(workspace);
      if constexpr (kDifferentiable) {
        mixer.forward(inputs, own, output, ledger, trace);
      } else {
        mixer.forward(inputs, own, output, ledger);
      }
    }
    void share_out(Workspace& workspace, const InputShare& share,
                   Exchange& exchange) const override {
      auto& own = unwrapped<typename Mixer::Workspace>(workspace);
      if constexpr (requires { mixer.share_out(own, share, exchange); }) {
        return mixer.share_out(own, share, exchange);
      }
      throw Error("it is not run over ranks");
    }
    bool differentiable() const override { return kDifferentiable; }
    std::unique_ptr<Workspace> backward_workspace() const override {
      if constexpr (kDifferentiable) {
        return wrapped(mixer.backward_workspace());
      }
      return nullptr;
    }
    void backward(const AttentionInputs<T>& inputs,
                  const AttentionResult<T>& result,
                  const AttentionInputGradients<T>& gradients,
                  Workspace& workspace, Any& gradient,
                  Ledger& ledger) const override {
      if constexpr (kDifferentiable) {
        mixer.backward(inputs, result, gradients,
                       unwrapped<typename Mixer::Backward>(workspace),
                       dynamic_cast<Of&>(gradient).mixer, ledger);
      }
    }
    void for_each_parameter(const std::string& name,
                            const ParameterVisitor<T>& visit) override {
      if constexpr (requires { mixer.for_each_parameter(name, visit); }) {
        mixer.for_each_parameter(name, visit);
      }
    }
  };

  std::unique_ptr<Any> mixer_;
};

}  // namespace suite
