// A trainer's state as a file, from which training goes on to the same bits.
#pragma once

#include <map>
#include <string>

#include "training/trainer/trainer.h"

namespace suite {

// What whoever trains wants to find again beside the state: "seconds", say.
using Notes = std::map<std::string, double>;

// A safetensors file of parameters, moments and notes. Readers see the last one
// or this one, never a part. Throws Error if it can't be written. Cost: holds
// all of it once more.
template <class T>
void save_checkpoint(const std::string& path, Trainer<T>& trainer,
                     const Notes& notes);

// Sets the trainer's state, and returns the notes. Throws Error, naming the
// file, unless it has all that the trainer has, in the same shapes and
// precision, and nothing else; the trainer may then be part of either.
template <class T>
Notes load_checkpoint(const std::string& path, Trainer<T>& trainer);

}  // namespace suite
