// Every tensor's bytes pass through here, so that a run can say how much memory
// a contestant held at its peak, to the byte and without asking the kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace suite {

struct MemoryMeter {
  static std::int64_t held();         // bytes in live tensors now
  static std::int64_t peak();         // the most since the last reset_peak()
  static void reset_peak();           // peak() becomes held()
  static std::int64_t allocations();  // number of allocations so far
};

// Bytes of this process in main memory now, as the kernel says. Memory that was
// allocated and never touched isn't among them. Throws Error where there is no
// /proc.
std::int64_t resident_bytes();
std::int64_t peak_resident_bytes();  // the most since the process began

// Aligned to a cache line, which is also the widest vector. Throws
// std::bad_alloc.
void* allocate_metered(std::size_t bytes);
void deallocate_metered(void* pointer, std::size_t bytes) noexcept;

// The allocator of every Tensor.
template <class T>
struct MeteredAllocator {
  using value_type = T;

  MeteredAllocator() = default;
  template <class U>
  MeteredAllocator(const MeteredAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (count > PTRDIFF_MAX / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(allocate_metered(count * sizeof(T)));
  }
  void deallocate(T* pointer, std::size_t count) noexcept {
    deallocate_metered(pointer, count * sizeof(T));
  }
  template <class U>
  bool operator==(const MeteredAllocator<U>&) const {
    return true;
  }
};

}  // namespace suite
