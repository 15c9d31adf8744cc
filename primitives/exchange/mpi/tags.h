// Messages of one kind have one tag.
#pragma once

namespace suite {

inline constexpr int kPassTag = 1;   // what an algorithm sends, and declares
inline constexpr int kOtherTag = 2;  // broadcasts and the like

}  // namespace suite
