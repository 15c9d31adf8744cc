#include "training/classifier/classifier.h"

#include "support/check.h"

namespace suite {
namespace {

bool keeps_rows(const Contestant& contestant) {
  return !contestant.facts.queries && !contestant.facts.latents;
}

std::size_t rows_of(const Contestant& contestant, const Shape& shape) {
  if (keeps_rows(contestant)) return shape.N;
  return contestant.facts.queries ? shape.O : shape.M;
}

template <class T>
Shape shape_with(const InputAdapter<T>& adapter, const ClassifierConfig& config,
                 const TaskFacts& task) {
  Shape shape = config.shape;
  shape.N = task.inputs;
  shape.C = adapter.channels();
  if (config.entry.contestant->facts.queries) shape.O = task.outputs;
  return shape;
}

}  // namespace

template <class T>
Classifier<T>::Classifier(InputAdapter<T> adapter,
                          std::unique_ptr<Encoder<T>> contestant,
                          bool keeps_rows, ClassificationHead<T> head)
    : adapter_(std::move(adapter)),
      contestant_(std::move(contestant)),
      keeps_rows_(keeps_rows),
      head_(std::move(head)) {}

template <class T>
std::unique_ptr<Encoder<T>> Classifier<T>::copy() const {
  return std::make_unique<Classifier>(adapter_, contestant_->copy(),
                                      keeps_rows_, head_);
}

template <class T>
std::unique_ptr<suite::Workspace> Classifier<T>::workspace() const {
  auto made = std::make_unique<Workspace>();
  made->contestant = contestant_->workspace();
  return made;
}

template <class T>
std::unique_ptr<suite::Trace> Classifier<T>::trace(Keep keep) const {
  auto made = std::make_unique<Trace>();
  made->contestant = contestant_->trace(keep);
  return made;
}

template <class T>
const Tensor<T, 3>& Classifier<T>::forward(const Tensor<T, 3>& input,
                                           const Mask& mask,
                                           suite::Workspace& workspace,
                                           Ledger& ledger) const {
  return run(input, mask, workspace, nullptr, ledger);
}

template <class T>
const Tensor<T, 3>& Classifier<T>::forward(const Tensor<T, 3>& input,
                                           const Mask& mask,
                                           suite::Workspace& workspace,
                                           suite::Trace& trace,
                                           Ledger& ledger) const {
  return run(input, mask, workspace, &trace, ledger);
}

template <class T>
const Tensor<T, 3>& Classifier<T>::run(const Tensor<T, 3>& input,
                                       const Mask& mask,
                                       suite::Workspace& workspace,
                                       suite::Trace* trace,
                                       Ledger& ledger) const {
  auto& own = dynamic_cast<Workspace&>(workspace);
  own.adapted = &adapter_.forward(input, own.room, ledger);
  own.rows =
      trace == nullptr
          ? &contestant_->forward(*own.adapted, mask, *own.contestant, ledger)
          : &contestant_->forward(*own.adapted, mask, *own.contestant,
                                  *dynamic_cast<Trace&>(*trace).contestant,
                                  ledger);
  return head_.forward(*own.rows, of_rows(mask), own.head, ledger);
}

template <class T>
void Classifier<T>::backward(const Tensor<T, 3>& input, const Mask& mask,
                             const Tensor<T, 3>& d_output,
                             suite::Workspace& workspace, suite::Trace& trace,
                             Encoder<T>& gradient, Tensor<T, 3>* d_input,
                             Ledger& ledger) const {
  require(d_input == nullptr, "a classifier's inputs are data");
  auto& own = dynamic_cast<Workspace&>(workspace);
  auto& kept = dynamic_cast<Trace&>(trace);
  auto& to = dynamic_cast<Classifier&>(gradient);
  const Tensor<T, 3>& d_rows = head_.backward(
      *own.rows, of_rows(mask), d_output, own.head, to.head_, ledger);
  Tensor<T, 3>* d_adapted = nullptr;
  if (adapter_.learns()) {
    d_adapted = &kept.d_adapted;
    d_adapted->resize({input.shape(0), input.shape(1), adapter_.channels()});
    d_adapted->fill(T(0));
  }
  contestant_->backward(*own.adapted, mask, d_rows, *own.contestant,
                        *kept.contestant, *to.contestant_, d_adapted, ledger);
  if (d_adapted != nullptr) {
    adapter_.backward(input, *d_adapted, to.adapter_, ledger);
  }
}

template <class T>
const Tensor<T, 4>* Classifier<T>::cross_weights(
    const suite::Workspace& workspace) const {
  return contestant_->cross_weights(
      *dynamic_cast<const Workspace&>(workspace).contestant);
}

template <class T>
const Tensor<T, 3>& Classifier<T>::rows(
    const suite::Workspace& workspace) const {
  return *dynamic_cast<const Workspace&>(workspace).rows;
}

template <class T>
const Tensor<T, 3>& Classifier<T>::logits_of(const Tensor<T, 3>& rows,
                                             const Mask& mask,
                                             suite::Workspace& workspace,
                                             Ledger& ledger) const {
  return head_.forward(rows, of_rows(mask),
                       dynamic_cast<Workspace&>(workspace).head, ledger);
}

template <class T>
void Classifier<T>::for_each_parameter(const ParameterVisitor<T>& visit) {
  adapter_.for_each_parameter(visit);
  contestant_->for_each_parameter(visit);
  head_.for_each_parameter(visit);
}

Shape contestant_shape(const ClassifierConfig& config, const TaskFacts& task) {
  return shape_with(
      InputAdapter<float>(task, config.positions, config.embedding), config,
      task);
}

template <class T>
std::unique_ptr<Classifier<T>> make_classifier(const ClassifierConfig& config,
                                            const TaskFacts& task) {
  const Contestant& contestant = *config.entry.contestant;
  require(contestant.no_backward.empty(), "{} can't be trained: {}",
          config.entry.name(), contestant.no_backward);
  InputAdapter<T> adapter(task, config.positions, config.embedding);
  const Shape shape = shape_with(adapter, config, task);
  const std::size_t rows = rows_of(contestant, shape);
  require(task.outputs == 1 || rows == task.outputs,
          "{} answers with {} rows, but an example of {} has {} labels: "
          "perceiver_io asks one query for each",
          config.entry.name(), rows, task.name, task.outputs);
  const std::size_t width =
      contestant.output_channels
          ? contestant.output_channels(shape, config.entry.options)
          : shape.D;
  return std::make_unique<Classifier<T>>(
      std::move(adapter),
      contestant.template make<T>(shape, config.entry.options),
      keeps_rows(contestant),
      ClassificationHead<T>(width, task.outputs, task.classes.size()));
}

template class Classifier<float>;
template class Classifier<double>;
template std::unique_ptr<Classifier<float>> make_classifier<float>(
    const ClassifierConfig&, const TaskFacts&);
template std::unique_ptr<Classifier<double>> make_classifier<double>(
    const ClassifierConfig&, const TaskFacts&);

}  // namespace suite
