// How every program of the suite starts and ends.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace suite {

// Parses `words`, the arguments after the program's name, then works. Returns
// what `work` returns; after --help 0; for input that makes no sense, and for
// output that can't be written, 2, with one line on stderr.
int run_command(CLI::App& app, std::vector<std::string> words,
                const std::function<int()>& work);
int run_command(CLI::App& app, int argc, char** argv,
                const std::function<int()>& work);

}  // namespace suite
