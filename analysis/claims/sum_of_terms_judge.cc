// Claims on what a cost is made of.
#include <algorithm>
#include <cmath>

#include "analysis/claims/judges.h"
#include "analysis/statistics/sum_of_terms.h"

namespace suite {
namespace {

double value_of(const std::string& term, const Point& point) {
  if (term == "1") return 1;
  double product = 1;
  for (std::size_t start = 0; start <= term.size();) {
    const std::size_t end = std::min(term.find('*', start), term.size());
    const auto found = point.dimensions.find(term.substr(start, end - start));
    product *= found == point.dimensions.end()
                   ? 1.0
                   : static_cast<double>(found->second);
    start = end + 1;
  }
  return product;
}

// What each term contributes to the largest cell.
std::string shares(const Claim& claim,
                   const std::vector<std::vector<double>>& terms,
                   const SumOfTerms& fit, std::size_t largest) {
  double sum = 0;
  for (std::size_t j = 0; j < terms.size(); ++j) {
    sum += fit.coefficients[j] * terms[j][largest];
  }
  std::string text;
  for (std::size_t j = 0; j < terms.size(); ++j) {
    const double share = fit.coefficients[j] * terms[j][largest] / sum;
    if (share < 0.005) continue;
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ",
                        claim.terms[j], 100 * share);
  }
  return text;
}

}  // namespace

void judge_sum_of_terms(const Case& at, Verdict& verdict) {
  const Evidence evidence = at.evidence(at.claim.subject);
  const std::size_t needed = at.claim.terms.size() + 2;
  if (evidence.points.size() < needed) {
    verdict.reason = fmt::format("{} cells, {} are needed{}{}",
                                 evidence.points.size(), needed,
                                 evidence.lacks.empty() ? "" : "; ",
                                 evidence.lacks);
    return;
  }
  Resampling resampling = resample(evidence.points);
  std::size_t largest = 0;
  for (std::size_t i = 0; i < evidence.points.size(); ++i) {
    const Locations& logs = resampling.locations();
    if (!std::isfinite(logs[i])) {
      verdict.reason = "a cell is not positive";
      return;
    }
    if (logs[i] > logs[largest]) largest = i;
  }
  std::vector<std::vector<double>> terms;
  for (const std::string& term : at.claim.terms) {
    std::vector<double>& column = terms.emplace_back();
    for (const Point& p : evidence.points) column.push_back(value_of(term, p));
  }
  const SumOfTerms fit = fit_sum_of_terms(terms, resampling);
  const double drift = std::exp(at.drift()) - 1;
  verdict.interval = widened(fit.worst.usual, 0, drift);
  decide(widened(fit.worst.wide, 0, drift), -kUnbounded,
         at.claim.tolerance + kRounding, verdict);
  verdict.reason = fmt::format(
      "each of {} cells is foretold by the others to {:.2g} % at worst; the "
      "largest is {}",
      evidence.points.size(), 100 * verdict.interval->estimate,
      shares(at.claim, terms, fit, largest));
}

}  // namespace suite
