#include "contract/shape.h"

#include "support/check.h"

namespace suite {

std::size_t& dimension(Shape& shape, std::string_view name) {
  if (name == "N") return shape.N;
  if (name == "M") return shape.M;
  if (name == "B") return shape.B;
  if (name == "C") return shape.C;
  if (name == "D") return shape.D;
  if (name == "H") return shape.H;
  if (name == "L") return shape.L;
  if (name == "O") return shape.O;
  require(name == "batch",
          "{}: not a letter; allowed are N, M, B, C, D, H, L, O and batch",
          name);
  return shape.batch;
}

std::size_t dimension(const Shape& shape, std::string_view name) {
  return dimension(const_cast<Shape&>(shape), name);
}

}  // namespace suite
