#include "training/classifier/input_adapter.h"

#include <algorithm>
#include <vector>

#include "primitives/layers/positions.h"
#include "support/check.h"

namespace suite {
namespace {

using Kind = InputPositions::Kind;

// Fourier features of a grid, a row for each input, in the order of inputs.
template <class T>
Tensor<T, 2> features_of_grid(const TaskFacts& task, std::size_t bands) {
  const Tensor<T, 2> in_order = fourier_features<T>(task.grid, bands);
  if (task.places.empty()) return in_order;
  Tensor<T, 2> features = in_order;
  for (std::size_t n = 0; n < task.inputs; ++n) {
    const T* row = &in_order(task.places[n], 0);
    std::copy(row, row + features.shape(1), &features(n, 0));
  }
  return features;
}

}  // namespace

template <class T>
InputAdapter<T>::InputAdapter(const TaskFacts& task,
                              const InputPositions& positions,
                              std::size_t embedding)
    : inputs_(task.inputs),
      raw_(task.channels),
      content_(task.channels),
      coordinates_(task.coordinates),
      positions_(positions) {
  if (task.vocabulary > 0) {
    content_ = embedding;
    require(embedding >= 1,
            "{}: its inputs are tokens; embedding = {} channels, at least 1 is "
            "allowed",
            task.name, embedding);
    embedding_.resize({task.vocabulary, embedding});
    embedding_.fill(T(0));
  }
  if (positions.kind == Kind::fourier) {
    require(!task.grid.empty() || coordinates_ > 0,
            "{}: its inputs are a set, so positions = {} has nothing to say; "
            "allowed is none",
            task.name, positions.text());
    if (coordinates_ > 0) {
      content_ -= coordinates_;  // they come first among their features
      beside_ = fourier_channels(coordinates_, positions.bands);
    } else {
      features_ = std::make_shared<const Tensor<T, 2>>(
          features_of_grid<T>(task, positions.bands));
      beside_ = features_->shape(1);
    }
  }
  if (positions.kind == Kind::learned) {
    require(!task.grid.empty(),
            "{}: its inputs are a set, so positions = {} has nothing to say; "
            "allowed is none{}",
            task.name, positions.text(), coordinates_ > 0 ? " or fourier" : "");
    beside_ = positions.channels;
    learned_.resize({inputs_, beside_});
    learned_.fill(T(0));
  }
}

template <class T>
bool InputAdapter<T>::learns() const {
  return embedding_.size() > 0 || learned_.size() > 0;
}

// Beside the content of one example.
template <class T>
void InputAdapter<T>::write_features(const Tensor<T, 3>& input,
                                     std::size_t example,
                                     Tensor<T, 3>& adapted) const {
  if (features_ == nullptr && learned_.size() == 0) {
    Tensor<double, 2> points;
    points.resize({inputs_, coordinates_});
    for (std::size_t n = 0; n < inputs_; ++n) {
      for (std::size_t c = 0; c < coordinates_; ++c) {
        points(n, c) = static_cast<double>(input(example, n, c));
      }
    }
    const std::vector<std::size_t> resolution(coordinates_, kCoordinateSteps);
    fourier_features_at<T>(
        matrix(static_cast<const Tensor<double, 2>&>(points)), resolution,
        positions_.bands,
        suite::example(adapted, example).columns(content_, beside_));
    return;
  }
  const Tensor<T, 2>& rows = features_ != nullptr ? *features_ : learned_;
  for (std::size_t n = 0; n < inputs_; ++n) {
    std::copy_n(&rows(n, 0), beside_, &adapted(example, n, content_));
  }
}

template <class T>
const Tensor<T, 3>& InputAdapter<T>::forward(const Tensor<T, 3>& input,
                                             Tensor<T, 3>& adapted,
                                             Ledger& ledger) const {
  require(input.shape(1) == inputs_ && input.shape(2) == raw_,
          "inputs of {} × {} where {} × {} are learned from", input.shape(1),
          input.shape(2), inputs_, raw_);
  if (beside_ == 0 && embedding_.size() == 0) return input;
  const std::size_t batch = input.shape(0), C = channels();
  adapted.resize({batch, inputs_, C});
  const Meter meter = ledger[Part::position_encoding];
  if (!meter.add({.bytes_moved =
                      sizeof(T) * batch * inputs_ * (raw_ + beside_ + C)})) {
    return adapted;
  }
  require_known_tokens(input);
#pragma omp parallel for schedule(static)
  for (std::size_t b = 0; b < batch; ++b) {
    write_content(input, b, adapted);
    if (beside_ > 0) write_features(input, b, adapted);
  }
  return adapted;
}

template <class T>
void InputAdapter<T>::require_known_tokens(const Tensor<T, 3>& input) const {
  if (embedding_.size() == 0) return;
  const auto known = static_cast<T>(embedding_.shape(0));
  for (std::size_t i = 0; i < input.size(); ++i) {
    const T token = input.data()[i];
    require(token >= 0 && token < known,
            "token {} of input {}; allowed are 0 to {}", token, i % inputs_,
            embedding_.shape(0) - 1);
  }
}

// An example's content, without what tells where it stands.
template <class T>
void InputAdapter<T>::write_content(const Tensor<T, 3>& input,
                                    std::size_t example,
                                    Tensor<T, 3>& adapted) const {
  for (std::size_t n = 0; n < inputs_; ++n) {
    const T* from = &input(example, n, 0);
    if (embedding_.size() > 0) {
      from = &embedding_(static_cast<std::size_t>(*from), 0);
    } else if (raw_ > content_) {
      from += coordinates_;  // which stand among their features
    }
    std::copy_n(from, content_, &adapted(example, n, 0));
  }
}

template <class T>
void InputAdapter<T>::backward(const Tensor<T, 3>& input,
                               const Tensor<T, 3>& d_adapted,
                               InputAdapter& gradient, Ledger& ledger) const {
  if (!learns()) return;
  const std::size_t batch = input.shape(0);
  const Meter meter = ledger[Part::position_encoding];
  if (!meter.add({.bytes_moved =
                      sizeof(T) * batch * inputs_ * (raw_ + 3 * channels())})) {
    return;
  }
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t n = 0; n < inputs_; ++n) {
      const T* from = &d_adapted(b, n, 0);
      if (embedding_.size() > 0) {
        T* to =
            &gradient.embedding_(static_cast<std::size_t>(input(b, n, 0)), 0);
        for (std::size_t c = 0; c < content_; ++c) to[c] += from[c];
      }
      if (learned_.size() > 0) {
        T* to = &gradient.learned_(n, 0);
        for (std::size_t c = 0; c < beside_; ++c) to[c] += from[content_ + c];
      }
    }
  }
}

template <class T>
void InputAdapter<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  if (embedding_.size() > 0) {
    visit_tensor(visit, "embedding", embedding_, Init::latent);
  }
  if (learned_.size() > 0) {
    visit_tensor(visit, "positions", learned_, Init::latent);
  }
}

template class InputAdapter<float>;
template class InputAdapter<double>;

}  // namespace suite
