// What rows may say of a claim.
#pragma once

#include <array>
#include <string_view>

namespace suite {

enum class Answer { supported, refuted, inconclusive };

inline constexpr std::array<std::string_view, 3> kAnswerNames = {
    "SUPPORTED", "REFUTED", "INCONCLUSIVE"};

inline std::string_view name_of(Answer answer) {
  return kAnswerNames[static_cast<std::size_t>(answer)];
}

}  // namespace suite
