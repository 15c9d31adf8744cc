#include "primitives/memory.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>

#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kAlignment = 64;

std::atomic<std::int64_t> held_bytes{0};
std::atomic<std::int64_t> peak_bytes{0};
std::atomic<std::int64_t> allocation_count{0};

}  // namespace

std::int64_t MemoryMeter::held() { return held_bytes; }
std::int64_t MemoryMeter::peak() { return peak_bytes; }
void MemoryMeter::reset_peak() { peak_bytes = held_bytes.load(); }
std::int64_t MemoryMeter::allocations() { return allocation_count; }

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, resident = 0;
  require(bool(statm >> size >> resident),
          "/proc/self/statm: can't be read, so resident memory is unknown");
  return resident * sysconf(_SC_PAGESIZE);
}

std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kibibytes = 0;
  while (status >> word && word != "VmHWM:") {
  }
  require(bool(status >> kibibytes),
          "/proc/self/status: can't be read, so peak memory is unknown");
  return kibibytes * 1024;
}

void* allocate_metered(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX - kAlignment) throw std::bad_alloc();
  const std::size_t padded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  void* pointer = std::aligned_alloc(kAlignment, padded);
  if (pointer == nullptr) throw std::bad_alloc();
  const auto held = held_bytes += static_cast<std::int64_t>(bytes);
  ++allocation_count;
  auto peak = peak_bytes.load();
  while (held > peak && !peak_bytes.compare_exchange_weak(peak, held)) {
  }
  return pointer;
}

void deallocate_metered(void* pointer, std::size_t bytes) noexcept {
  if (pointer == nullptr) return;
  held_bytes -= static_cast<std::int64_t>(bytes);
  std::free(pointer);
}

}  // namespace suite
