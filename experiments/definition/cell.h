// One thing to measure: a contestant at a shape.
#pragma once

#include <string>
#include <vector>

#include "experiments/definition/definition.h"

namespace suite {

struct Cell {
  Entry entry;
  Shape shape;  // what the contestant doesn't read is as in the base
  int threads = 1;
  std::string scalar;
  std::string id;  // "perceiver(sharing=all)/N=4096/M=128/…": unique in a run
  std::vector<std::size_t> sweeps;  // of the definition, that ask for it
  Phase phase = Phase::forward;
  Keep keep = Keep::activations;
  Recipe optimiser = {};  // of an update or a step
  // Ranks that share its inputs out; 0: the plain program.
  std::size_t ranks = 0;

  bool updates() const {
    return phase == Phase::update || phase == Phase::step;
  }
  std::size_t scalar_bytes() const { return scalar == "float" ? 4 : 8; }
  // The declared cost of one forward, or of the phase in its place. Throws
  // Error for a refused shape and for a phase that the contestant doesn't have.
  // Over ranks it is that of one of them.
  Cost declared(std::size_t rank = 0) const;
  // "perceiver(sharing=all)", "perceiver: backward".
  std::string label() const { return of_phase(entry.name(), name_of(phase)); }
  // "as_written", or the rewrites that its contestant chose.
  std::string plan() const;
};

// All cells of a definition, each once: a contestant without latents is not
// measured anew for every M.
std::vector<Cell> cells_of(const Definition& definition, int threads);

// Those, with each count of threads, whose id the regular expression `filter`
// finds; all if it is empty; over so many ranks, unless 0. Old words in it are
// read as today's, with a notice on stderr. Throws Error if it is no expression
// or finds none.
std::vector<Cell> chosen_cells(const Definition& definition,
                               const std::vector<int>& thread_counts,
                               const std::string& filter,
                               std::size_t ranks = 0);

}  // namespace suite
