// Text as Perceiver IO's language model takes it: one token a byte, as Hugging
// Face's PerceiverTokenizer makes them, the same ids and the same mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "primitives/tensor.h"

namespace suite {

namespace token {
inline constexpr std::int64_t pad = 0;
inline constexpr std::int64_t bos = 1;
inline constexpr std::int64_t eos = 2;
inline constexpr std::int64_t mask = 3;
inline constexpr std::int64_t cls = 4;
inline constexpr std::int64_t sep = 5;
inline constexpr std::int64_t first_byte = 6;  // byte b is token 6 + b
inline constexpr std::int64_t count = 6 + 256;
}  // namespace token

inline constexpr std::size_t kTextLength = 2048;  // N of the published model

// Whether [CLS] stands before the text and [SEP] behind it: Hugging Face's
// tokenizer adds them, DeepMind's does not.
enum class TextEnds { cls_and_sep, none };

struct TokenText {
  Tensor<std::int64_t, 2> ids;  // [1, N], filled up with [PAD]
  Mask mask;                    // [1, N], 1 but for that filling
  std::size_t length = 0;       // tokens before it
};

// A special token is written by its name: [MASK] hides one byte, [MASK][MASK]
// two; so [PAD], [BOS], [EOS], [CLS], [SEP]. All other bytes stand for
// themselves, whether or not they are UTF-8. Throws Error for a text of more
// than N tokens, ends included.
TokenText tokenize(std::string_view text, std::size_t N = kTextLength,
                   TextEnds ends = TextEnds::cls_and_sep);

// Of a file as it is, a last line's end included. Errors name the file.
TokenText read_text(const std::string& path, std::size_t N = kTextLength,
                    TextEnds ends = TextEnds::cls_and_sep);

// Back to text to show: special tokens by their names, bytes by printable().
// Throws Error for an id that is none.
std::string text_of(std::span<const std::int64_t> ids);

}  // namespace suite
