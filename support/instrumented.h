// Is this build a sanitizer's, and many times slower?
#pragma once

namespace suite {

// What is tried again and again with other numbers, for its answer's sake, tells
// a sanitizer nothing new: there, once is enough.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

}  // namespace suite
