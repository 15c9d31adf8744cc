// What a Perceiver IO is made of (Jaegle et al. 2022, §3 and appendices): inputs
// turned into rows, an encoder, and a decoder that queries it. The published
// ones are in perceiver/published/. A width of 0 follows from others, or says
// that there is no such map.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "perceiver/config.h"
#include "perceiver/io/semantics.h"

namespace suite {

// Where elements of a grid stand.
struct PositionConfig {
  enum class Kind { none, fourier, learned };
  Kind kind = Kind::none;
  std::size_t bands = 0;  // Fourier
  // Fourier: twice the highest frequency of each dimension; empty: its extent.
  std::vector<std::size_t> resolution = {};
  std::size_t channels = 0;   // learned
  std::size_t projected = 0;  // learned, then mapped to so many channels
  bool added = false;         // to the values; else they stand beside them

  // Channels for a grid of so many dimensions.
  std::size_t width(std::size_t dims) const;
};

// Numbers of tokens: embedded, with learned positions added.
struct TextInput {
  std::size_t vocabulary = 0;
  std::size_t length = 0;  // the most tokens
  std::size_t channels = 0;
};

// Values on a line, in a picture or in a film, cut into patches.
struct GridInput {
  std::vector<std::size_t> extents;    // {N}, {height, width}, or with frames
  std::size_t channels = 1;            // of an element
  std::vector<std::size_t> patch = {};  // elements of one row; empty: 1 each
  enum class Map { none, linear, convolution };
  Map map = Map::none;       // of a patch: none, to so many channels, or 7×7
  std::size_t mapped = 0;    // with stride 2, normalised, and pooled 3×3
  PositionConfig positions = {};
};

// Points in space, each told by where it stands alone.
struct PointInput {
  std::size_t points = 0;  // N
  std::size_t dims = 3;
  PositionConfig positions;  // Fourier
};

struct Modality {
  std::string name;  // "text", "image", …: as inputs are called
  std::variant<TextInput, GridInput, PointInput> input;
  // Replaced by one learned row, so that a model must tell what it was.
  bool hidden = false;
};

// The queries of one kind of output: learned ones, positions of a grid, or the
// rows that the encoder reads.
struct QueryConfig {
  std::string name;
  std::vector<std::size_t> extents;  // O is their product
  PositionConfig positions = {};     // none: the encoder's inputs
  std::size_t outputs = 0;           // of a linear map of its own
};

struct DecoderConfig {
  enum class Kind { none, average, query };
  Kind kind = Kind::none;
  std::vector<QueryConfig> queries = {};  // in the order of their rows
  // With several: each is padded, learned, to the widest and so much more.
  std::size_t padding = 2;
  std::size_t heads = 1;
  std::size_t qk_channels = 0;  // 0: as the latents, or as the queries
  std::size_t v_channels = 0;   // 0: as the keys
  bool keys_as_queries = false;
  std::size_t widening = 1;
  bool query_residual = false;
  std::size_t outputs = 0;  // of the last linear map
  bool vocabulary = false;  // last, a product with the text's own embedding
  double divisor = 1;       // of the outputs
  std::size_t chunk = 0;    // queries at once; 0: all
};

struct IoConfig {
  std::vector<Modality> inputs;  // in the order of their rows
  std::size_t padding = 4;       // as the decoder's
  EncoderConfig encoder;
  DecoderConfig decoder = {};
  Semantics semantics = huggingface_semantics();
};

// Throws Error for a model that ranks can't share out: one that does more with
// its inputs than to read them, or asks with more than learned queries of one
// kind.
void require_shareable(const IoConfig& config);

std::size_t elements(const std::vector<std::size_t>& extents);

// The grid of rows that an input becomes, and their channels.
std::vector<std::size_t> rows_of(const Modality& modality,
                                 const Semantics& semantics);
std::size_t channels_of(const Modality& modality);

// Of all modalities together: N and C, and O and the queries' channels.
std::size_t input_rows(const IoConfig& config);
std::size_t input_channels(const IoConfig& config);
std::size_t query_rows(const IoConfig& config);
std::size_t query_channels(const IoConfig& config);

}  // namespace suite
