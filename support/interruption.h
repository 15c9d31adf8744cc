// SIGINT and SIGTERM as a wish: to end soon, and in order.
#pragma once

#include <exception>

namespace suite {

// From now on the first of either is noted, with a word on stderr; a second of
// the same ends the process, as it always did.
void note_interruptions();
// The same for SIGUSR1 and SIGUSR2, as which a process that starts this one
// hands them on; without a word.
void note_interruptions_handed_on();

// 0 until one was noted; then the status to end with, 130 or 143, as a shell
// has it of a process that the signal ended.
int interruption();

// What leaves work that others would take for done, or for wrong.
class Interrupted : public std::exception {};
// Throws it once one was noted.
void leave_if_interrupted();

}  // namespace suite
