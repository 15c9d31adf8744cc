#include "analysis/papers/verdict.h"

#include <fmt/format.h>

#include <cmath>

namespace suite {
namespace {

constexpr double kNear = 0.01;
constexpr double kAhead = 1.05;

std::string agreement(const Printed& published, double ours) {
  if (published.agrees(ours)) return "agrees to the digit";
  const bool near = std::abs(ours / published.value - 1) <= kNear;
  return near ? "within 1 %" : "";
}

int ahead(double ratio) {
  return ratio > kAhead ? 1 : ratio < 1 / kAhead ? -1 : 0;
}

}  // namespace

std::string verdict(const Figure& figure, std::optional<double> ours,
                    std::optional<double> explaining) {
  if (!ours) return "no model here";
  if (figure.printed.empty()) return "not published";
  const Printed published = printed(figure.printed);
  const std::string agrees = agreement(published, *ours);
  if (!agrees.empty()) return agrees;
  const std::string inconsistent =
      "published figure inconsistent: " + figure.inconsistent;
  if (figure.inconsistent.empty()) return "differs: unexplained";
  if (figure.explained_by.empty()) return inconsistent;
  const std::string other = explaining ? agreement(published, *explaining) : "";
  if (other.empty()) return "differs: unexplained";
  const std::string who = is_other_counting(figure.explained_by)
                              ? "so counted"
                              : figure.explained_by;
  return fmt::format("{} ({}: {}, {})", inconsistent, who,
                     published.closer(*explaining), other);
}

std::string ratio_verdict(double published, double ours) {
  return ahead(published) == ahead(ours) ? "same order" : "another order";
}

}  // namespace suite
