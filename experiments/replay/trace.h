// What a cell over ranks would compute and send, as a time-independent trace:
// work and bytes in their order, no seconds. A simulator replays it on a
// network that nobody here has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/definition/cell.h"

namespace suite {

// How ranks learn what others have, in each block.
enum class Scheme {
  tree,    // latents' states merge, by recursive doubling
  gather,  // keys and values of all rows to everybody, by recursive doubling
  ring,    // they pass from rank to rank, and each attends to what it has
  heads    // all rows of some heads and back, by an all-to-all
};
std::string_view name_of(Scheme scheme);

// That of a cell; a transformer's is its option `exchange`. None: it isn't
// replayed.
std::optional<Scheme> scheme_of(const Cell& cell);

// One rank's forward, as declared.
struct RankWork {
  Cost read;    // of its own inputs: what grows with them
  Cost latent;  // what is left without any, on every rank alike
  std::uint64_t bytes_sent = 0, messages = 0;
  std::uint64_t bytes_held = 0;  // 0: not declared
};

// A cell over `cell.ranks` ranks. Lines of a trace are
//   RANK compute KIND AMOUNT
//   RANK swap PARTNER BYTES      sends to it and receives as many
//   RANK ring TIMES MESSAGES BYTES KIND AMOUNT
//       so often: computes, then sends messages of BYTES, one after the other,
//       to the next rank and takes as many of the one before; then computes
//       again
// KIND is `read` or `latent`, in FLOPs (2·MACs + 3·logits), or `merge`, in
// bytes read and written.
class RankTraces {
 public:
  // Throws Error for more ranks than there are ranges of inputs, and for what
  // its contestant refuses.
  RankTraces(const Cell& cell, Scheme scheme);

  RankWork work(std::size_t rank) const;
  std::string lines(std::size_t rank) const;

 private:
  std::string latent_lines(std::size_t rank) const;
  std::string row_lines(std::size_t rank) const;
  void exchange(std::string& lines, std::size_t rank,
                std::uint64_t attention) const;
  std::uint64_t row_bytes() const;  // of a rank's rows, of keys or values

  const Cell& cell_;
  Scheme scheme_;
  std::vector<std::size_t> reads_;  // of the inputs, by block
};

}  // namespace suite
