#include "pretrained/inputs/pictures/video.h"

#include <algorithm>
#include <filesystem>

#include "pretrained/inputs/file.h"
#include "support/check.h"

namespace suite {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The number that `text` begins with, without leading zeros; takes it off.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

bool name_before(std::string_view a, std::string_view b) {
  std::string_view left = a, right = b;
  while (!left.empty() && !right.empty()) {
    if (is_digit(left[0]) && is_digit(right[0])) {
      const std::string_view x = take_number(left), y = take_number(right);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (left[0] != right[0]) return left.substr(0, 1) < right.substr(0, 1);
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  if (left.empty() != right.empty()) return left.empty();
  return a < b;
}

std::vector<std::string> frame_paths(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  require(!error, "cannot read folder {}: {}", folder, error.message());
  std::vector<std::string> paths;
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name[0] == '.') continue;
    const std::string ending = ending_of(name);
    require(ending == ".png" || ending == ".jpg" || ending == ".jpeg",
            "{}: is no frame; the folder of a video may hold .png, .jpg and "
            ".jpeg files only",
            entry.path().string());
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end(), name_before);
  return paths;
}

Tensor<float, 4> read_video(const std::string& folder, std::size_t frames,
                            const ImagePlan& plan) {
  const std::vector<std::string> paths = frame_paths(folder);
  require(paths.size() == frames, "{}: holds {} frames, the model takes {}",
          folder, paths.size(), frames);
  Tensor<float, 4> video({frames, 3, plan.height, plan.width});
  Picture first;
  for (std::size_t f = 0; f < frames; ++f) {
    const Picture frame = read_picture(paths[f]);
    if (f == 0) first = frame;
    require(frame.height == first.height && frame.width == first.width,
            "{}: is {} × {} pixels (height × width), the first frame {} × {}",
            paths[f], frame.height, frame.width, first.height, first.width);
    const Tensor<float, 3> pixels =
        scale_pixels(fit_picture(frame, plan, paths[f]), plan.scale);
    std::copy(pixels.begin(), pixels.end(), video.data() + f * pixels.size());
  }
  return video;
}

}  // namespace suite
