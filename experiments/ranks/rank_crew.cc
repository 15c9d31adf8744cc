#include "experiments/ranks/rank_crew.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "contract/agreement.h"
#include "support/check.h"

namespace suite {

static_assert(std::is_trivially_copyable_v<Report>);
static_assert(std::is_trivially_copyable_v<Command>);

// Of rows that ranks have each: a hash in the order of ranks.
constexpr std::uint64_t kHashFactor = 0x9e3779b97f4a7c15u;

std::vector<Report> RankAtWork::perform(const Command& command) {
  Report mine;
  try {
    perform(command, mine);
  } catch (const std::exception& error) {
    // A run's is kept: others may still be in it.
    std::string& kept = at_work_[command.cell].error;
    if (kept.empty()) kept = error.what();
  }
  if (command.order == Order::start || command.order == Order::run) return {};
  std::string& error = at_work_[command.cell].error;
  error.copy(mine.error, sizeof mine.error - 1);
  error.clear();
  std::vector<Report> all(exchange_.size());
  exchange_.gather(std::as_bytes(std::span(&mine, 1)),
                   std::as_writable_bytes(std::span(all)));
  return all;
}

void RankAtWork::perform(const Command& command, Report& report) {
  const Cell& cell = cells_.at(command.cell);
  AtWork& at_work = at_work_[command.cell];
  switch (command.order) {
    case Order::check:
      return check_answer(cell, seed_, &exchange_);
    case Order::build:
      at_work.live = make_live(cell, seed_, &exchange_);
      return;
    case Order::start:
      at_work.runs = 0;
      at_work.wire = wire_();
      return at_work.live->start();
    case Order::run:
      exchange_.barrier();
      ++at_work.runs;
      at_work.live->run();
      return;
    case Order::stop:
      return stop(cell, at_work, report);
    case Order::release:
      at_work.live.reset();
      return;
    case Order::end:
      return;
  }
}

void RankAtWork::stop(const Cell& cell, AtWork& at_work, Report& report) {
  if (!at_work.error.empty()) return;
  const Measurement measured = at_work.live->stop();
  report.seconds = measured.seconds;
  report.cpu_seconds = measured.cpu_seconds;
  report.counted = measured.counted;
  report.bytes_peak = measured.bytes_peak;
  report.output_hash = measured.output_hash;
  report.finite = measured.finite;
  const Cost declared =
      cell.declared(static_cast<std::size_t>(exchange_.rank()));
  for (int part = 0; part < kParts; ++part) {
    const Work& counted = measured.counted.parts[part];
    const Work& said = declared.parts[part];
    require(counted == said,
            "{} counted {} MACs, {} logits and {} bytes, declared are {}, {} "
            "and {}",
            kPartNames[part], counted.macs, counted.logits, counted.bytes_moved,
            said.macs, said.logits, said.bytes_moved);
  }
  require(measured.bytes_peak == declared.bytes_held,
          "held {} bytes, declared are {}", measured.bytes_peak,
          declared.bytes_held);
  const std::uint64_t sent = wire_() - at_work.wire;
  const std::uint64_t counted =
      at_work.runs * measured.counted[Part::exchange].bytes_moved;
  require(sent == counted, "sent {} bytes in {} forwards, counted are {}", sent,
          at_work.runs, counted);
}

void follow(Exchange& exchange, RankAtWork& rank) {
  for (Command command;;) {
    exchange.broadcast(std::as_writable_bytes(std::span(&command, 1)));
    if (command.order == Order::end) return;
    rank.perform(command);
  }
}

RankCrew::RankCrew(Exchange& exchange, const std::vector<Cell>& cells,
                   RankAtWork& rank)
    : exchange_(exchange), cells_(cells), rank_(rank) {}

RankCrew::~RankCrew() {
  Command command;
  exchange_.broadcast(std::as_writable_bytes(std::span(&command, 1)));
}

std::size_t RankCrew::place_of(const Cell& cell) const {
  const auto found =
      std::find_if(cells_.begin(), cells_.end(),
                   [&](const Cell& each) { return each.id == cell.id; });
  require(found != cells_.end(), "{} is no cell that the ranks know", cell.id);
  return static_cast<std::size_t>(found - cells_.begin());
}

std::vector<Report> RankCrew::order(Order order, std::size_t cell) {
  Command command{order, cell};
  exchange_.broadcast(std::as_writable_bytes(std::span(&command, 1)));
  std::vector<Report> reports = rank_.perform(command);
  for (std::size_t rank = 0; rank < reports.size(); ++rank) {
    require(reports[rank].error[0] == '\0', "rank {} of {}: {}", rank,
            reports.size(), reports[rank].error);
  }
  return reports;
}

void RankCrew::check(const Cell& cell, std::uint64_t) {
  order(Order::check, place_of(cell));
}

// A cell on all ranks.
class RankCrew::Live : public LiveCell {
 public:
  Live(RankCrew& crew, std::size_t cell) : crew_(crew), cell_(cell) {
    crew_.order(Order::build, cell_);
  }
  ~Live() override {
    try {
      crew_.order(Order::release, cell_);
    } catch (const Error&) {
      // What failed before is known.
    }
  }

  void start() override { crew_.order(Order::start, cell_); }
  double run() override {
    crew_.order(Order::run, cell_);
    return 0;  // whose would it be? stop() knows all
  }
  Measurement stop() override {
    const std::vector<Report> reports = crew_.order(Order::stop, cell_);
    const Report& first = reports.front();
    Measurement m;
    m.counted = first.counted;
    m.bytes_peak = first.bytes_peak;
    m.output_hash = first.output_hash;
    const bool alike = answers_alike(*crew_.cells_[cell_].entry.contestant);
    for (std::size_t rank = 0; rank < reports.size(); ++rank) {
      const Report& own = reports[rank];
      if (alike) {
        require(own.output_hash == first.output_hash,
                "rank {} of {} answers otherwise than rank 0", rank,
                reports.size());
      } else if (rank > 0) {
        m.output_hash = m.output_hash * kHashFactor + own.output_hash;
      }
      m.finite = m.finite && own.finite;
      m.seconds = std::max(m.seconds, own.seconds);
      m.cpu_seconds += own.cpu_seconds;
      m.ranks.push_back({own.seconds, own.counted[Part::exchange].seconds,
                         own.counted.total().macs,
                         own.counted[Part::exchange].bytes_moved,
                         own.bytes_peak});
    }
    return m;
  }

  std::uint64_t bytes() const override { return here().bytes(); }
  std::vector<RawTensor> parameters() override { return here().parameters(); }
  RawTensor input() const override { return here().input(); }
  RawTensor output() const override { return here().output(); }

 private:
  LiveCell& here() const { return crew_.rank_.live(cell_); }

  RankCrew& crew_;
  std::size_t cell_;
};

std::unique_ptr<LiveCell> RankCrew::make_live(const Cell& cell, std::uint64_t) {
  return std::make_unique<Live>(*this, place_of(cell));
}

}  // namespace suite
