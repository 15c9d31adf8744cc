#include "experiments/measurement/live_cell.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>

#include "contract/agreement.h"
#include "primitives/memory.h"
#include "primitives/threads.h"
#include "support/check.h"

namespace suite {
namespace {

double process_cpu_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

template <class T>
class Live : public LiveCell {
 public:
  Live(const Cell& cell, std::uint64_t seed)
      : threads_(cell.threads) {
    const std::int64_t before = MemoryMeter::held();
    set_threads(threads_);
    encoder_ = cell.entry.contestant->make<T>(cell.shape, cell.entry.options);
    workspace_ = encoder_->workspace();
    initialise(*encoder_, seed);
    input_ = random_input<T>(cell.shape, seed);
    bytes_ = MemoryMeter::held() - before;
  }

  void start() override {
    set_threads(threads_);
    ledger_.clear();
    seconds_ = 0;
    forwards_ = 0;
    others_ = MemoryMeter::held() - bytes_;
    MemoryMeter::reset_peak();
    cpu_start_ = process_cpu_seconds();
  }

  double forward() override {
    const std::int64_t before = MemoryMeter::held();
    const auto start = std::chrono::steady_clock::now();
    output_ = &encoder_->forward(input_, mask_, *workspace_, ledger_);
    const std::chrono::duration<double> spent =
        std::chrono::steady_clock::now() - start;
    bytes_ += MemoryMeter::held() - before;  // the first makes the buffers
    seconds_ += spent.count();
    ++forwards_;
    return spent.count();
  }

  Measurement stop() override {
    const auto n = static_cast<double>(forwards_);
    Measurement m;
    m.cpu_seconds = (process_cpu_seconds() - cpu_start_) / n;
    m.seconds = seconds_ / n;
    m.counted = ledger_.counted();
    for (int part = 0; part < kParts; ++part) {
      Work& work = m.counted.parts[part];
      work.macs = share(work.macs, kPartNames[part], "MACs");
      work.logits = share(work.logits, kPartNames[part], "logits");
      work.bytes_moved = share(work.bytes_moved, kPartNames[part], "bytes");
      work.seconds /= n;
    }
    m.bytes_peak = static_cast<std::uint64_t>(MemoryMeter::peak() - others_);
    inspect(m);
    return m;
  }

  std::uint64_t bytes() const override {
    return static_cast<std::uint64_t>(bytes_);
  }

  std::vector<RawTensor> parameters() override {
    std::vector<RawTensor> all;
    encoder_->for_each_parameter([&](const Parameter<T>& parameter) {
      all.push_back({parameter.name, parameter.shape,
                     std::as_bytes(parameter.values)});
    });
    return all;
  }

  RawTensor input() const override { return raw("input", input_); }
  RawTensor output() const override { return raw("output", *output_); }

 private:
  static RawTensor raw(const std::string& name, const Tensor<T, 3>& tensor) {
    return {name,
            {tensor.shape().begin(), tensor.shape().end()},
            std::as_bytes(std::span(tensor.data(), tensor.size()))};
  }

  // One forward's of what all did. A remainder is a forward that did not count
  // what the others did.
  std::uint64_t share(std::uint64_t all, std::string_view part,
                      const char* unit) const {
    require(all % forwards_ == 0,
            "{} counted {} {} in {} forwards: not the same in each", part, all,
            unit, forwards_);
    return all / forwards_;
  }

  void inspect(Measurement& m) const {
    std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a over values
    for (const T value : *output_) {
      m.finite = m.finite && std::isfinite(value);
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof(T));
      hash = (hash ^ bits) * 0x100000001b3u;
    }
    m.output_hash = hash;
  }

  int threads_;
  std::int64_t others_ = 0, bytes_ = 0;
  std::unique_ptr<Encoder<T>> encoder_;
  std::unique_ptr<Workspace> workspace_;
  Tensor<T, 3> input_;
  Mask mask_;
  Ledger ledger_;
  const Tensor<T, 3>* output_ = nullptr;
  double seconds_ = 0, cpu_start_ = 0;
  std::uint64_t forwards_ = 0;
};

}  // namespace

std::unique_ptr<LiveCell> make_live(const Cell& cell, std::uint64_t seed) {
  if (cell.scalar == "float") return std::make_unique<Live<float>>(cell, seed);
  return std::make_unique<Live<double>>(cell, seed);
}

}  // namespace suite
