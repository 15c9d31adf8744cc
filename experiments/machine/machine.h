// Where and how a run was made: everything its numbers depend on.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace suite {

// CPU with its flags, cores, caches, memory, kernel, governor. What can't be
// read is "unavailable".
nlohmann::json machine_description();

std::string host_name();

// Compiler, flags, libraries, BLAS core and threading, the binary's hash, and
// the commit of the checkout with whether it has changes.
nlohmann::json build_description();

// Load averages over 1, 5 and 15 minutes.
nlohmann::json load_averages();

std::uint64_t available_memory();  // bytes

// What makes timings on this machine, with `threads` threads, poor ones.
std::vector<std::string> machine_warnings(int threads);

// What must be equal for rows of two runs to belong together.
std::string machine_identity(const nlohmann::json& machine);

}  // namespace suite
