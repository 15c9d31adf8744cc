// Whether a sound file is all there. libsndfile takes what there is of a cut
// one and says nothing: what stands in the file tells.
#pragma once

#include "support/formats/byte_source.h"

namespace suite {

// Throws Error, naming the file, if it has fewer bytes than it says that its
// sound takes (WAV, RF64, W64, AIFF, 8SVX, CAF, AU, VOC, MP3), or no mark of
// its end (OGG). Files that say nothing, as those from pipes do, and other
// kinds pass.
void require_whole_sound(const ByteSource& source);

}  // namespace suite
