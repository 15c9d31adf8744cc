#include "perceiver/io/preprocessor/preprocessor.h"

namespace suite {

template <class T>
auto Preprocessor<T>::kind_of(const Modality& modality,
                              const Semantics& semantics) -> Kind {
  if (const auto* text = std::get_if<TextInput>(&modality.input)) {
    return TextPreprocessor<T>(*text);
  }
  if (const auto* points = std::get_if<PointInput>(&modality.input)) {
    return PointPreprocessor<T>(*points);
  }
  return GridPreprocessor<T>(modality, semantics);
}

template <class T>
Preprocessor<T>::Preprocessor(const Modality& modality,
                              const Semantics& semantics)
    : kind_(kind_of(modality, semantics)) {}

template <class T>
auto Preprocessor<T>::workspace() const -> Workspace {
  return std::visit(
      [](const auto& kind) -> Workspace { return kind.workspace(); }, kind_);
}

template <class T>
const Tensor<T, 3>& Preprocessor<T>::forward(const RawInput<T>& raw,
                                             Workspace& workspace,
                                             Ledger& ledger) const {
  return std::visit(
      [&]<class Own>(const Own& kind) -> const Tensor<T, 3>& {
        return kind.forward(raw, std::get<typename Own::Workspace>(workspace),
                            ledger);
      },
      kind_);
}

template <class T>
void Preprocessor<T>::backward(const RawInput<T>& raw,
                               const Tensor<T, 3>& d_rows,
                               const Workspace& forward,
                               PreprocessorBackward<T>& workspace,
                               Preprocessor& gradient, Tensor<T, 3>* d_raw,
                               Ledger& ledger) const {
  if (const auto* text = std::get_if<TextPreprocessor<T>>(&kind_)) {
    require(d_raw == nullptr, "tokens have no gradient");
    return text->backward(raw, d_rows,
                          std::get<TextPreprocessor<T>>(gradient.kind_),
                          ledger);
  }
  if (const auto* points = std::get_if<PointPreprocessor<T>>(&kind_)) {
    using Own = typename PointPreprocessor<T>::Workspace;
    return points->backward(d_rows, std::get<Own>(forward), d_raw, ledger);
  }
  using Own = typename GridPreprocessor<T>::Workspace;
  std::get<GridPreprocessor<T>>(kind_).backward(
      raw, d_rows, std::get<Own>(forward), workspace.grid,
      std::get<GridPreprocessor<T>>(gradient.kind_), d_raw, ledger);
}

template <class T>
bool Preprocessor<T>::learns() const {
  const auto* grid = std::get_if<GridPreprocessor<T>>(&kind_);
  return std::holds_alternative<TextPreprocessor<T>>(kind_) ||
         (grid != nullptr && grid->learns());
}

template <class T>
void Preprocessor<T>::for_each_parameter(const std::string& name,
                                         const ParameterVisitor<T>& visit) {
  std::visit(
      [&](auto& kind) {
        if constexpr (requires { kind.for_each_parameter(name, visit); }) {
          kind.for_each_parameter(name, visit);
        }
      },
      kind_);
}

template <class T>
void Preprocessor<T>::for_each_statistic(const std::string& name,
                                         const ParameterVisitor<T>& visit) {
  if (auto* grid = std::get_if<GridPreprocessor<T>>(&kind_)) {
    grid->for_each_statistic(name, visit);
  }
}

template <class T>
const Tensor<T, 2>* Preprocessor<T>::vocabulary() const {
  const auto* text = std::get_if<TextPreprocessor<T>>(&kind_);
  return text == nullptr ? nullptr : &text->vocabulary();
}

template <class T>
Tensor<T, 2>* Preprocessor<T>::vocabulary() {
  auto* text = std::get_if<TextPreprocessor<T>>(&kind_);
  return text == nullptr ? nullptr : &text->vocabulary();
}

template <class T>
RawArray<T> Preprocessor<T>::blank(std::size_t batch) const {
  return std::visit([batch](const auto& kind) { return kind.blank(batch); },
                    kind_);
}

template class Preprocessor<float>;
template class Preprocessor<double>;

}  // namespace suite
