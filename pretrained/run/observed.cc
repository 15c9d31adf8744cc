#include "pretrained/run/observed.h"

#include <algorithm>

#include "pretrained/inputs/audio.h"
#include "pretrained/inputs/file.h"
#include "pretrained/inputs/pictures/grey.h"
#include "pretrained/inputs/pictures/image.h"
#include "pretrained/inputs/pictures/neighbourhoods.h"
#include "pretrained/inputs/pictures/video.h"
#include "pretrained/inputs/text.h"
#include "support/files.h"

namespace suite {
namespace {

void observe_text(const PretrainedArguments& a, const TextInput& text,
                  const Semantics& semantics, ModelInputs& inputs) {
  require(text.vocabulary == token::count,
          "config.json: vocab_size = {}: text is made of {} tokens, give "
          "--input",
          text.vocabulary, token::count);
  const TextEnds ends = semantics.masks_queries ? TextEnds::none
                                                : TextEnds::cls_and_sep;
  TokenText read = a.text_file.empty()
                       ? tokenize(a.text, text.length, ends)
                       : read_text(user_path(a.text_file), text.length, ends);
  inputs.arrays["text"].tokens = std::move(read.ids);
  inputs.mask = std::move(read.mask);
}

// A text as it is, of a model that takes it byte by byte: nothing stands around
// it, nor fills it up.
void observe_bytes(const PretrainedArguments& a, const TextInput& text,
                   ModelInputs& inputs) {
  const std::string read =
      a.text_file.empty() ? a.text
                          : file_bytes(user_path(a.text_file), text.length);
  require(!read.empty() && read.size() <= text.length,
          "a text of {} bytes; the model takes 1 to {}", read.size(),
          text.length);
  Tokens& tokens = inputs.arrays["text"].tokens;
  tokens.resize({1, read.size()});
  std::transform(read.begin(), read.end(), tokens.begin(),
                 [](char byte) { return static_cast<unsigned char>(byte); });
  inputs.shapes["text"] = {1, read.size()};
}

// Keeps seven eighths of the shorter side, as for 224 of 256 pixels.
ImagePlan picture_plan(const std::vector<std::size_t>& extents) {
  return {.height = extents[0],
          .width = extents[1],
          .crop_height = extents[0] * 8 / 7,
          .crop_width = extents[1] * 8 / 7};
}

// [channels, height, width] → channels from `first` on of [1, ·, height·width].
void put(const Tensor<float, 3>& pixels, std::size_t first,
         Tensor<float, 3>& to) {
  std::copy(pixels.begin(), pixels.end(), to.data() + first * to.shape(2));
}

void observe_picture(const PretrainedArguments& a, const GridInput& grid,
                     ModelInputs& inputs) {
  const ImagePlan plan = picture_plan(grid.extents);
  const std::string path = user_path(a.image[0]);
  inputs.picture = fit_picture(read_picture(path), plan, path);
  Tensor<float, 3>& values = inputs.arrays["image"].values;
  values.resize({1, 3, grid.extents[0] * grid.extents[1]});
  put(scale_pixels(inputs.picture, plan.scale), 0, values);
}

// The largest square in the middle.
void observe_grey(const PretrainedArguments& a, const GridInput& grid,
                  const GreyScale& scale, ModelInputs& inputs) {
  const ImagePlan plan{.height = grid.extents[0],
                       .width = grid.extents[1],
                       .crop_height = grid.extents[0],
                       .crop_width = grid.extents[1]};
  const std::string path = user_path(a.image[0]);
  inputs.picture = fit_picture(grey(read_picture(path)), plan, path);
  Tensor<float, 3>& values = inputs.arrays["image"].values;
  values.resize({1, 1, grid.extents[0] * grid.extents[1]});
  put(scale_grey(inputs.picture, scale), 0, values);
}

void observe_frames(const PretrainedArguments& a, const GridInput& grid,
                    ModelInputs& inputs) {
  const ImagePlan plan{.fit = PictureFit::as_it_is,
                       .height = grid.extents[1],
                       .width = grid.extents[2],
                       .scale = PixelScale::minus_one_to_one};
  Tensor<float, 3>& values = inputs.arrays["image"].values;
  values.resize({1, 2 * grid.channels, grid.extents[1] * grid.extents[2]});
  for (std::size_t frame = 0; frame < 2; ++frame) {
    const std::string path = user_path(a.image[frame]);
    const Picture picture = fit_picture(read_picture(path), plan, path);
    put(neighbourhoods(scale_pixels(picture, plan.scale)),
        frame * grid.channels, values);
    if (frame == 0) inputs.picture = picture;
  }
}

void observe_film(const PretrainedArguments& a, const GridInput& grid,
                  ModelInputs& inputs) {
  const ImagePlan plan{.height = grid.extents[1],
                       .width = grid.extents[2],
                       .crop_height = grid.extents[1],
                       .crop_width = grid.extents[2],
                       .scale = PixelScale::zero_to_one};
  const std::string folder = user_path(a.video);
  const Tensor<float, 4> film = read_video(folder, grid.extents[0], plan);
  const std::string first = frame_paths(folder)[0];
  inputs.picture = fit_picture(read_picture(first), plan, first);
  Tensor<float, 3>& values = inputs.arrays["image"].values;
  values.resize({1, 3 * grid.extents[0], grid.extents[1] * grid.extents[2]});
  std::copy(film.begin(), film.end(), values.begin());
}

void observe_sound(const PretrainedArguments& a, const GridInput& grid,
                   ModelInputs& inputs) {
  const Audio audio = read_audio(user_path(a.audio));
  const Tensor<float, 2> samples =
      first_samples(audio.samples, grid.extents[0]);
  Tensor<float, 3>& values = inputs.arrays["audio"].values;
  values.resize({1, grid.extents[0], 1});
  std::copy(samples.begin(), samples.end(), values.begin());
}

}  // namespace

void observe(const PretrainedArguments& a, const HuggingfaceModel& described,
             const Modality& modality, ModelInputs& inputs) {
  if (const auto* text = std::get_if<TextInput>(&modality.input)) {
    if (described.bytes) return observe_bytes(a, *text, inputs);
    return observe_text(a, *text, described.config.semantics, inputs);
  }
  const auto& grid = std::get<GridInput>(modality.input);
  if (modality.name == "audio") return observe_sound(a, grid, inputs);
  if (!a.video.empty()) return observe_film(a, grid, inputs);
  if (a.image.size() == 2) return observe_frames(a, grid, inputs);
  if (described.grey) {
    return observe_grey(a, grid, *described.grey, inputs);
  }
  observe_picture(a, grid, inputs);
}

}  // namespace suite
