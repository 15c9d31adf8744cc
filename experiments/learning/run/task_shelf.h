// Tasks are read once, whoever learns from them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "training/tasks/tasks.h"

namespace suite {

class TaskShelf {
 public:
  // Of a task's words, as make_task() reads them; throws as it does.
  const Task& operator[](const std::string& text) {
    std::unique_ptr<Task>& task = tasks_[text];
    if (task == nullptr) task = make_task(text);
    return *task;
  }

 private:
  std::map<std::string, std::unique_ptr<Task>> tasks_;
};

}  // namespace suite
