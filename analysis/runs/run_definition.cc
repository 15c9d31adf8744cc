#include "analysis/runs/run_definition.h"

#include "support/check.h"

namespace suite {

Definition definition_of(const Run& run) {
  require(!run.definition_text.empty(),
          "{}/manifest.json: keeps no definition, as definition.text", run.folder);
  return parse_definition(run.experiment + ".toml", run.definition_text);
}

}  // namespace suite
