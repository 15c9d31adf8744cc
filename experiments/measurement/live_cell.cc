#include "experiments/measurement/live_cell.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>

#include "contract/agreement.h"
#include "primitives/exchange/range_tree.h"
#include "primitives/memory.h"
#include "primitives/threads.h"
#include "support/check.h"
#include "training/clip.h"
#include "training/optimiser.h"

namespace suite {
namespace {

double process_cpu_seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

// A forward; what another phase runs in its place is a matter of run_once().
template <class T>
class Live : public LiveCell {
 public:
  Live(const Cell& cell, std::uint64_t seed, Exchange* exchange = nullptr)
      : threads_(cell.threads), born_(MemoryMeter::held()) {
    set_threads(threads_);
    encoder_ = cell.entry.contestant->make<T>(cell.shape, cell.entry.options);
    workspace_ = encoder_->workspace();
    initialise(*encoder_, seed);
    if (exchange == nullptr) {
      input_ = random_input<T>(cell.shape, seed);
    } else {
      encoder_->share_out(*workspace_, *exchange);
      input_ = random_input<T>(
          cell.shape, seed,
          share_of(cell.shape.N, exchange->rank(), exchange->size()));
    }
    bytes_ = MemoryMeter::held() - born_;
  }

  void start() override {
    set_threads(threads_);
    ledger_.clear();
    seconds_ = cpu_seconds_ = 0;
    runs_ = 0;
    others_ = MemoryMeter::held() - bytes_;
    MemoryMeter::reset_peak();
  }

  double run() override {
    const std::int64_t before = MemoryMeter::held();
    prepare();
    const double cpu_before = process_cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    run_once();
    const std::chrono::duration<double> spent =
        std::chrono::steady_clock::now() - start;
    cpu_seconds_ += process_cpu_seconds() - cpu_before;
    bytes_ += MemoryMeter::held() - before;  // the first makes the buffers
    seconds_ += spent.count();
    ++runs_;
    return spent.count();
  }

  Measurement stop() override {
    const auto n = static_cast<double>(runs_);
    Measurement m;
    m.cpu_seconds = cpu_seconds_ / n;
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
    m.output_hash = 0xcbf29ce484222325u;  // FNV-1a over values
    for_each_result([&](std::span<const T> values) { inspect(values, m); });
    return m;
  }

  std::uint64_t bytes() const override {
    return static_cast<std::uint64_t>(bytes_);
  }

  std::vector<RawTensor> parameters() override {
    std::vector<RawTensor> all;
    encoder_->for_each_parameter([&](const Parameter<T>& parameter) {
      all.push_back(
          {parameter.name, parameter.shape, std::as_bytes(parameter.values)});
    });
    return all;
  }

  RawTensor input() const override { return raw("input", input_); }
  RawTensor output() const override { return raw("output", *output_); }

 protected:
  // What goes before a run and is neither timed nor counted.
  virtual void prepare() {}
  virtual void run_once() {
    output_ = &encoder_->forward(input_, mask_, *workspace_, ledger_);
  }
  // f(values) for all that a run made.
  virtual void for_each_result(
      const std::function<void(std::span<const T>)>& f) {
    f({output_->data(), output_->size()});
  }
  // All that an encoder's parameters hold, by name.
  static RawTensor joined(Encoder<T>& encoder, std::vector<T>& room) {
    std::map<std::string, std::span<T>> by_name;
    encoder.for_each_parameter([&](const Parameter<T>& parameter) {
      by_name[parameter.name] = parameter.values;
    });
    room.clear();
    for (const auto& [name, values] : by_name) {
      room.insert(room.end(), values.begin(), values.end());
    }
    return {"output", {room.size()}, std::as_bytes(std::span<const T>(room))};
  }
  // Since before there was anything of this cell.
  void count_what_is_held() { bytes_ = MemoryMeter::held() - born_; }

  std::unique_ptr<Encoder<T>> encoder_;
  std::unique_ptr<Workspace> workspace_;
  Tensor<T, 3> input_;
  Mask mask_;
  Ledger ledger_;
  const Tensor<T, 3>* output_ = nullptr;

 private:
  static RawTensor raw(const std::string& name, const Tensor<T, 3>& tensor) {
    return {name,
            {tensor.shape().begin(), tensor.shape().end()},
            std::as_bytes(std::span(tensor.data(), tensor.size()))};
  }

  // One run's of what all did. A remainder is a run that did not count what the
  // others did.
  std::uint64_t share(std::uint64_t all, std::string_view part,
                      const char* unit) const {
    require(all % runs_ == 0,
            "{} counted {} {} in {} forwards: not the same in each", part, all,
            unit, runs_);
    return all / runs_;
  }

  static void inspect(std::span<const T> values, Measurement& m) {
    for (const T value : values) {
      m.finite = m.finite && std::isfinite(value);
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof(T));
      m.output_hash = (m.output_hash ^ bits) * 0x100000001b3u;
    }
  }

  int threads_;
  std::int64_t born_, others_ = 0, bytes_ = 0;
  double seconds_ = 0, cpu_seconds_ = 0;
  std::uint64_t runs_ = 0;
};

// A backward, of a forward that keeps what it needs and isn't timed. The
// gradient of the output is a constant: which makes no difference to its cost.
template <class T>
class LiveBackward : public Live<T> {
 public:
  LiveBackward(const Cell& cell, std::uint64_t seed)
      : Live<T>(cell, seed),
        trace_(this->encoder_->trace(cell.keep)),
        gradient_(this->encoder_->copy()) {
    this->count_what_is_held();
  }

  RawTensor output() const override {
    return this->joined(*gradient_, joined_);
  }

 protected:
  void prepare() override {
    keep_forward(untimed_);
    clear_gradient();
  }
  void run_once() override {
    this->encoder_->backward(this->input_, this->mask_, d_output_,
                             *this->workspace_, *trace_, *gradient_,
                             /*d_input=*/nullptr, this->ledger_);
  }
  void for_each_result(
      const std::function<void(std::span<const T>)>& f) override {
    gradient_->for_each_parameter(
        [&](const Parameter<T>& parameter) { f(parameter.values); });
  }
  void keep_forward(Ledger& ledger) {
    this->output_ = &this->encoder_->forward(
        this->input_, this->mask_, *this->workspace_, *trace_, ledger);
    if (d_output_.size() == 0) d_output_ = *this->output_;
  }
  void clear_gradient() {
    gradient_->for_each_parameter([](const Parameter<T>& parameter) {
      std::fill(parameter.values.begin(), parameter.values.end(), T(0));
    });
  }

  std::unique_ptr<Trace> trace_;
  std::unique_ptr<Encoder<T>> gradient_;
  Tensor<T, 3> d_output_;
  Ledger untimed_;

 private:
  mutable std::vector<T> joined_;
};

// So long is a gradient at most; and a step goes nowhere, so that every
// repetition finds the same parameters. Neither makes a difference to what an
// update costs.
constexpr double kMostNorm = 10, kRate = 0;

// An update alone.
template <class T>
class LiveUpdate : public Live<T> {
 public:
  LiveUpdate(const Cell& cell, std::uint64_t seed)
      : Live<T>(cell, seed),
        gradient_(this->encoder_->copy()),
        optimiser_(cell.optimiser, *this->encoder_) {
    this->count_what_is_held();
  }

  RawTensor output() const override {
    return this->joined(*this->encoder_, joined_);
  }

 protected:
  void run_once() override {
    optimiser_.update(*this->encoder_, *gradient_, kRate,
                      clip_by_global_norm(*gradient_, kMostNorm, this->ledger_),
                      this->ledger_);
  }
  void for_each_result(
      const std::function<void(std::span<const T>)>& f) override {
    this->encoder_->for_each_parameter(
        [&](const Parameter<T>& parameter) { f(parameter.values); });
  }

 private:
  std::unique_ptr<Encoder<T>> gradient_;
  Optimiser<T> optimiser_;
  mutable std::vector<T> joined_;
};

// A whole step: forward, backward and update.
template <class T>
class LiveStep : public LiveBackward<T> {
 public:
  LiveStep(const Cell& cell, std::uint64_t seed)
      : LiveBackward<T>(cell, seed),
        optimiser_(cell.optimiser, *this->encoder_) {
    this->count_what_is_held();
  }

 protected:
  void prepare() override {
    if (this->d_output_.size() == 0) this->keep_forward(this->untimed_);
  }
  void run_once() override {
    this->clear_gradient();
    this->keep_forward(this->ledger_);
    LiveBackward<T>::run_once();
    optimiser_.update(
        *this->encoder_, *this->gradient_, kRate,
        clip_by_global_norm(*this->gradient_, kMostNorm, this->ledger_),
        this->ledger_);
  }

 private:
  Optimiser<T> optimiser_;
};

template <class T>
std::unique_ptr<LiveCell> live(const Cell& cell, std::uint64_t seed,
                               Exchange* exchange) {
  switch (cell.phase) {
    case Phase::forward:
      break;
    case Phase::backward:
      return std::make_unique<LiveBackward<T>>(cell, seed);
    case Phase::update:
      return std::make_unique<LiveUpdate<T>>(cell, seed);
    case Phase::step:
      return std::make_unique<LiveStep<T>>(cell, seed);
  }
  return std::make_unique<Live<T>>(cell, seed, exchange);
}

}  // namespace

std::unique_ptr<LiveCell> make_live(const Cell& cell, std::uint64_t seed,
                                    Exchange* exchange) {
  require((cell.ranks > 0) == (exchange != nullptr),
          "{}: ranks need an exchange, and what runs alone has none", cell.id);
  return cell.scalar == "float" ? live<float>(cell, seed, exchange)
                                : live<double>(cell, seed, exchange);
}

}  // namespace suite
