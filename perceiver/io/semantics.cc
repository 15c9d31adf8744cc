#include "perceiver/io/semantics.h"

#include "support/check.h"

namespace suite {

Semantics semantics(std::string_view name) {
  if (name == "deepmind") return deepmind_semantics();
  require(name == "huggingface",
          "semantics = {}: allowed are deepmind and huggingface", name);
  return huggingface_semantics();
}

}  // namespace suite
