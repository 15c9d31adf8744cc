// A claim of the papers, as data: what is said, about which number, and how near
// the truth must be for it to hold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/definition/phase.h"

namespace suite {

enum class ClaimKind {
  exponent,      // in y = a + b·x^p, p is value ± tolerance
  upper_bound,   // p is at most value + tolerance
  independent,   // over the range of x, y changes by at most the tolerance
  ratio,         // y over the other's y is value, to the tolerance
  at_least,      // y over the other's y is at least value
  crossover,     // y and the other's y meet at x = value, to the tolerance
  sum_of_terms,  // y is a non-negative sum of the terms, to the tolerance
  fact,          // a fact of the contestant, which conformance checks
};
std::string_view name_of(ClaimKind kind);

// Whose number it is: a contestant's, at dimensions that differ from the
// definition's base.
struct Subject {
  std::string contestant;
  std::string phase = "forward";
  std::string part = "total";
  std::map<std::string, std::uint64_t> where;
  // Taken off: the same subject at these dimensions (and, if it has one, with
  // another contestant). What latent layers cost is L = 8 minus L = 0.
  std::map<std::string, std::uint64_t> minus;
  std::string minus_contestant;

  // As a run's cells name it.
  std::string label() const { return of_phase(contestant, phase); }
  bool has_minus() const { return !minus.empty() || !minus_contestant.empty(); }
};

struct Claim {
  std::string id;
  std::string statement;
  std::string source;  // paper and section
  std::vector<std::string> experiments;
  ClaimKind kind = ClaimKind::exponent;
  Subject subject;
  std::optional<Subject> versus;
  // seconds, macs, flops, logits, bytes_moved, bytes_peak, parameters;
  // macs_per_byte: all MACs over the bytes that the part moves
  std::string quantity;
  std::string variable;   // a dimension, or ranks
  double from = 0;        // smaller values of the variable are left out
  std::optional<double> value;
  double tolerance = 0;
  std::vector<std::string> terms;  // products of dimensions, as "B*M*N*D"; "1"
  std::string fact;
  std::string anchor;    // the count claim beside a claim on seconds
  std::string expected;  // SUPPORTED or REFUTED: what arithmetic says
  std::string note;      // why, if a paper's claim is expected to fail
  bool of_family = false;  // made of a contestant that a star stands for

  bool counts() const { return quantity != "seconds"; }
  // Does it say how many ranks share the inputs out? One that doesn't is about
  // any number of them.
  bool names_ranks() const;
};

// Beside the dimensions, what a claim may fix or vary: over so many ranks.
inline constexpr const char* kRanks = "ranks";

// A claim on a contestant named with a star becomes one for each that it stands
// for, as in "attention_grows_as_stated:transformer(attention=linear)". Its
// value may be "stated": the exponent in `variable` that the contestant itself
// states.
//
// Throws Error with file:line:column for an unknown key, experiment, part,
// dimension, kind, quantity or contestant, a claim on seconds without an anchor
// that counts or over several numbers of ranks, which are several runs, or two
// claims of one id. `experiments` are the known ones; with
// some `asked` for, claims on others are left out, and their contestants need
// not be known.
std::vector<Claim> read_claims(const std::string& path,
                               const std::vector<std::string>& experiments,
                               const std::vector<std::string>& asked = {});

}  // namespace suite
