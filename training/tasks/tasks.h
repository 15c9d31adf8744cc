// Tasks by their names.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "training/tasks/task.h"

namespace suite {

// "digits", "fashion(patch=2)", "needles(facts=4, inputs=64)". Throws Error for
// what is none of these, naming the known, and in one line for data that are
// missing, cut short or wrong, naming the file. Those of Debian packages are
// where these install them, or in the same places below another `root`. Cost:
// that of unpacking and holding a task's data, at most 1 s and 60 MB.
std::unique_ptr<Task> make_task(std::string_view text,
                                const std::string& root = "/");

// The Debian packages whose files a task reads; none where it is generated.
// Throws Error as make_task() does, but looks at no file.
std::vector<std::string> packages_of_task(std::string_view text);

// All names with their options, a line each: "digits", "needles(facts=4, …)".
std::string known_tasks();

}  // namespace suite
