#include "pretrained/visualisation/predicted_bytes.h"

#include <gtest/gtest.h>

#include "pretrained/inputs/testing.h"
#include "pretrained/inputs/text.h"

namespace suite {
namespace {

// Logits that are sure of `said`, one byte a place, by 9.
Tensor<float, 2> sure_of(const std::string& said) {
  Tensor<float, 2> logits({said.size(), std::size_t{token::count}}, 0.0F);
  for (std::size_t n = 0; n < said.size(); ++n) {
    logits(n, static_cast<std::size_t>(token::first_byte) +
                  static_cast<unsigned char>(said[n])) = 9;
  }
  return logits;
}

std::string shown(const std::string& text, const std::string& said) {
  const TokenText tokens = tokenize(text, said.size(), TextEnds::none);
  const Tensor<float, 2> logits = sure_of(said);
  return predicted_bytes_text(
      std::span(tokens.ids.data(), tokens.length), matrix(logits));
}

TEST(PredictedBytes, StandInPlaceOfTheMasks) {
  const std::string text = shown("a[MASK][MASK]d", "xbcx");
  EXPECT_EQ(text.substr(0, text.find('\n')), "a[bc]d");
  // 9 against 261 others: e⁹/(e⁹ + 261).
  EXPECT_NE(text.find("  token    1   'b' 96.9 %   [PAD] 0.0 %"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  token    2   'c'"), std::string::npos) << text;
}

TEST(PredictedBytes, MayBeginAndEndTheText) {
  EXPECT_EQ(shown("[MASK]b[MASK]", "axc").substr(0, 7), "[a]b[c]");
}

TEST(PredictedBytes, OfManyMasksTellTheFirst) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "[MASK]";
  const std::string said = shown(text, std::string(30, '\n'));
  EXPECT_NE(said.find("0x0a"), std::string::npos);
  EXPECT_NE(said.find("… and 6 more"), std::string::npos);
}

TEST(PredictedBytes, SayWhenThereIsNoMask) {
  EXPECT_EQ(shown("ab", "xx"), "no [MASK] hides a byte of the text\n");
}

TEST(PredictedBytes, AreOfNoOtherVocabulary) {
  const Tensor<float, 2> logits({1, 9}, 0.0F);
  const std::int64_t id = token::mask;
  EXPECT_EQ(error_of([&] {
              predicted_bytes_text(std::span(&id, 1), matrix(logits));
            }),
            "logits of [1, 9] are none of 1 bytes");
}

}  // namespace
}  // namespace suite
