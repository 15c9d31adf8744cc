#include "perceiver/io/rows.h"

namespace suite {

template <class T>
std::unique_ptr<Rows<T>> make_rows(const Modality& modality,
                                   const Semantics& semantics) {
  if (const auto* text = std::get_if<TextInput>(&modality.input)) {
    return make_text_rows<T>(*text);
  }
  if (const auto* points = std::get_if<PointInput>(&modality.input)) {
    return make_point_rows<T>(*points);
  }
  return make_grid_rows<T>(modality, semantics);
}

template std::unique_ptr<Rows<float>> make_rows<float>(const Modality&,
                                                       const Semantics&);
template std::unique_ptr<Rows<double>> make_rows<double>(const Modality&,
                                                         const Semantics&);

}  // namespace suite
