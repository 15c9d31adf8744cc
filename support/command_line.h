// How every program of the suite starts and ends.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace suite {

// Parses `words`, the arguments after the program's name, then works. Of an
// option with several names ("--out,--output") the first is today's; the others
// still work, with a notice, and help is silent about them. A flag that nobody
// knows is refused with the nearest that somebody does. Returns
// what `work` returns; after --help 0; for input that makes no sense, and for
// output that can't be written, 2, with one line on stderr.
int run_command(CLI::App& app, std::vector<std::string> words,
                const std::function<int()>& work);
int run_command(CLI::App& app, int argc, char** argv,
                const std::function<int()>& work);

}  // namespace suite
