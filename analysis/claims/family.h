// Claims that are made of each contestant of a family.
#pragma once

#include <string>
#include <vector>

#include "analysis/claims/claim.h"

namespace suite {

// Does the name of a contestant stand for several, as
// "transformer(attention=*)"?
bool names_family(const std::string& contestant);

// The claim itself, or one for each contestant that its subject stands for,
// with ids and sources of their own. Without a value, it is the exponent that
// the contestant states; one that states none is left out.
std::vector<Claim> expand_family(const Claim& claim);

}  // namespace suite
