#include "pretrained/visualisation/predicted_bytes.h"

#include <vector>

#include "pretrained/inputs/text.h"
#include "pretrained/visualisation/top_classes.h"

namespace suite {
namespace {

constexpr std::size_t kMostLines = 24;
constexpr std::size_t kRunners = 5;

// 'e', 0x0a, [SEP].
std::string token_name(std::int64_t id) {
  const std::int64_t byte = id - token::first_byte;
  if (byte < 0) return text_of(std::span(&id, 1));
  if (byte < 0x20 || byte > 0x7e) return fmt::format("0x{:02x}", byte);
  return fmt::format("'{}'", static_cast<char>(byte));
}

std::string line_of(std::size_t place, const std::vector<ClassShare>& likely) {
  std::string line = fmt::format("  token {:>4}", place);
  for (const ClassShare& one : likely) {
    line += fmt::format("   {} {:.1f} %",
                        token_name(static_cast<std::int64_t>(one.index)),
                        100 * one.probability);
  }
  return line + '\n';
}

}  // namespace

std::string predicted_bytes_text(std::span<const std::int64_t> ids,
                                 const MatrixView<const float>& logits) {
  require(logits.cols == token::count && logits.rows >= ids.size(),
          "logits of [{}, {}] are none of {} bytes", logits.rows, logits.cols,
          ids.size());
  std::string text, lines;
  std::vector<std::int64_t> run;  // shown or predicted ones, together
  std::size_t masks = 0;
  for (std::size_t n = 0; n < ids.size(); ++n) {
    const bool hidden = ids[n] == token::mask;
    const bool was_hidden = n > 0 && ids[n - 1] == token::mask;
    if (n > 0 && hidden != was_hidden) {
      text += text_of(run) + (hidden ? "[" : "]");
      run.clear();
    } else if (n == 0 && hidden) {
      text += "[";
    }
    if (!hidden) {
      run.push_back(ids[n]);
      continue;
    }
    const auto likely = top_classes(
        std::span<const float>(logits.row(n), logits.cols), kRunners);
    run.push_back(static_cast<std::int64_t>(likely[0].index));
    if (++masks <= kMostLines) lines += line_of(n, likely);
  }
  text += text_of(run);
  if (!ids.empty() && ids.back() == token::mask) text += "]";
  if (masks == 0) return "no [MASK] hides a byte of the text\n";
  if (masks > kMostLines) {
    lines += fmt::format("  … and {} more\n", masks - kMostLines);
  }
  return text + '\n' + lines;
}

}  // namespace suite
