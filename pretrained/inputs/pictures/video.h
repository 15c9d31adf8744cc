// A video: a folder of pictures, one a frame, in the order of their names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pretrained/inputs/pictures/image.h"

namespace suite {

// Whether name `a` comes before `b`: digits count as numbers, so frame2 comes
// before frame10; names of equal numbers (1, 01) stand in the order of bytes.
bool name_before(std::string_view a, std::string_view b);

// The paths of a folder's .png, .jpg and .jpeg files, in order. Files that
// begin with a dot are passed over. Throws Error for anything else in the
// folder.
std::vector<std::string> frame_paths(const std::string& folder);

// → [frames, 3, plan.height, plan.width]. Throws Error unless the folder holds
// exactly `frames` pictures, all of one size, and for what read_picture and
// fit_picture refuse; the line names the file.
Tensor<float, 4> read_video(const std::string& folder, std::size_t frames,
                            const ImagePlan& plan);

}  // namespace suite
