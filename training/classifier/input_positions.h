// How a learner's inputs are told where they stand.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace suite {

struct InputPositions {
  enum class Kind {
    none,
    fourier,  // sines and cosines beside the values (Perceiver, App. D)
    learned,  // a row of a table beside the values (Perceiver, Table 2)
  };

  Kind kind = Kind::none;
  std::size_t bands = 0;     // of Fourier features
  std::size_t channels = 0;  // of a learned row

  // As parse_input_positions reads it.
  std::string text() const;

  bool operator==(const InputPositions&) const = default;
};

// none, fourier(bands=8) or learned(channels=32). Throws Error for what is not
// of these forms, naming what is known and allowed.
InputPositions parse_input_positions(std::string_view text);

}  // namespace suite
