#include "pretrained/inputs/text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "pretrained/inputs/file.h"
#include "pretrained/inputs/printable.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kMostTextBytes = std::size_t{64} << 20;

// By id.
constexpr std::array<std::string_view, 6> kNames = {"[PAD]",  "[BOS]", "[EOS]",
                                                    "[MASK]", "[CLS]", "[SEP]"};

// The special token whose name `text` begins with, or first_byte.
std::int64_t special(std::string_view text) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](std::string_view name) {
        return text.substr(0, name.size()) == name;
      });
  return found - kNames.begin();
}

std::vector<std::int64_t> tokens(std::string_view text) {
  std::vector<std::int64_t> ids;
  while (!text.empty()) {
    const std::int64_t id = special(text);
    if (id < token::first_byte) {
      ids.push_back(id);
      text.remove_prefix(kNames[static_cast<std::size_t>(id)].size());
    } else {
      ids.push_back(token::first_byte + static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
    }
  }
  return ids;
}

}  // namespace

TokenText tokenize(std::string_view text, std::size_t N, TextEnds ends) {
  std::vector<std::int64_t> ids = tokens(text);
  if (ends == TextEnds::cls_and_sep) {
    ids.insert(ids.begin(), token::cls);
    ids.push_back(token::sep);
  }
  require(ids.size() <= N, "the text has {} tokens{}, the model takes {}",
          ids.size(),
          ends == TextEnds::cls_and_sep ? ", [CLS] and [SEP] included" : "", N);
  TokenText made;
  made.length = ids.size();
  made.ids = Tensor<std::int64_t, 2>({1, N}, token::pad);
  made.mask = Mask({1, N}, 0);
  std::copy(ids.begin(), ids.end(), made.ids.begin());
  std::fill_n(made.mask.begin(), made.length, std::uint8_t{1});
  return made;
}

TokenText read_text(const std::string& path, std::size_t N, TextEnds ends) {
  const std::string text = file_bytes(path, kMostTextBytes);
  try {
    return tokenize(text, N, ends);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", path, error.what()));
  }
}

std::string text_of(std::span<const std::int64_t> ids) {
  std::string text, bytes;
  for (std::size_t n = 0; n < ids.size(); ++n) {
    const std::int64_t id = ids[n];
    require(id >= 0 && id < token::count, "token {} is {}, allowed are 0 to {}",
            n, id, token::count - 1);
    if (id >= token::first_byte) {
      bytes += static_cast<char>(id - token::first_byte);
    } else {
      text += printable(bytes);
      text += kNames[static_cast<std::size_t>(id)];
      bytes.clear();
    }
  }
  return text + printable(bytes);
}

}  // namespace suite
