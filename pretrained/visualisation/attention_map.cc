#include "pretrained/visualisation/attention_map.h"

#include <algorithm>
#include <cmath>

#include "pretrained/inputs/pictures/resize.h"
#include "pretrained/visualisation/colour_map.h"
#include "pretrained/visualisation/lettering.h"
#include "support/check.h"

namespace suite {
namespace {

// Pixels.
constexpr std::size_t kMargin = 16;
constexpr std::size_t kGap = 10;
constexpr std::size_t kCaption = kLetterHeight + 4;
constexpr std::size_t kLeastTile = 96;
constexpr std::size_t kLegend = 120;
constexpr std::size_t kMostColumns = 1024;
constexpr std::size_t kBand = 10;
constexpr std::size_t kBandGap = 3;
constexpr std::size_t kMostPixelsOfSheet = kMostPixels;

// Under a map the picture is dimmed, so that bright weights stand out.
constexpr double kDimmed = 0.75;

void check_latents(const Tensor<float, 2>& maps,
                   const std::vector<std::size_t>& latents) {
  require(!latents.empty(), "no latents to show");
  for (const std::size_t m : latents) {
    require(m < maps.shape(0), "latent {} of {} cannot be shown", m,
            maps.shape(0));
  }
}

Picture blank(std::size_t height, std::size_t width) {
  require(height <= kMostPixelsOfSheet / width,
          "the sheet would be {} × {} pixels, allowed are {} in all", height,
          width, kMostPixelsOfSheet);
  return Picture(height, width, kPaper);
}

// 0 to 1 of what each map is scaled by, from (y, x).
void draw_legend(Picture& sheet, std::size_t y, std::size_t x,
                 const char* last) {
  const std::string zero = "0";
  write_text(sheet, y, x, zero, kInk);
  x += text_width(zero) + 5;
  for (std::size_t i = 0; i < kLegend; ++i) {
    for (std::size_t row = 0; row < kLetterHeight - 2; ++row) {
      sheet.set(y + row, x + i,
                colour_of(static_cast<double>(i) / (kLegend - 1)));
    }
  }
  write_text(sheet, y, x + kLegend + 6, last, kInk);
}

double grey(const std::uint8_t* rgb) {
  return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
}

Colour over(double share, double below) {
  const Colour map = colour_of(share);
  Colour mixed;
  for (std::size_t c = 0; c < mixed.size(); ++c) {
    mixed[c] = static_cast<std::uint8_t>(
        std::lround(share * map[c] + (1 - share) * kDimmed * below));
  }
  return mixed;
}

// The tile of one latent, enlarged by `times`.
struct Tile {
  const float* map;  // [height, width]
  std::size_t height;
  std::size_t width;
  std::size_t times;
  float most;
};

void draw_tile(Picture& sheet, std::size_t top, std::size_t left,
               const Tile& tile, const Picture* under) {
  for (std::size_t y = 0; y < tile.height * tile.times; ++y) {
    for (std::size_t x = 0; x < tile.width * tile.times; ++x) {
      const float weight =
          tile.map[y / tile.times * tile.width + x / tile.times];
      const double share = tile.most > 0 ? weight / tile.most : 0;
      sheet.set(top + y, left + x,
                under == nullptr ? colour_of(share)
                                 : over(share, grey(under->at(y, x))));
    }
  }
}

float most_of(const float* weights, std::size_t count) {
  return *std::max_element(weights, weights + count);
}

}  // namespace

Picture grid_sheet(const Tensor<float, 2>& maps, std::size_t height,
                   std::size_t width, const std::vector<std::size_t>& latents,
                   const Picture* under) {
  const std::size_t N = maps.shape(1);
  require(N > 0 && N == height * width,
          "the maps have {} inputs, the grid {} × {}", N, height, width);
  check_latents(maps, latents);
  const std::size_t shorter = std::min(height, width);
  const std::size_t times = (kLeastTile + shorter - 1) / shorter;
  const std::size_t tile_height = height * times, tile_width = width * times;
  Picture below;
  if (under != nullptr) below = resize_bicubic(*under, tile_height, tile_width);

  const auto columns = static_cast<std::size_t>(
      std::ceil(std::sqrt(2.0 * static_cast<double>(latents.size()))));
  const std::size_t used = std::min(columns, latents.size());
  const std::size_t rows = (latents.size() + used - 1) / used;
  const std::size_t step_down = tile_height + kCaption + kGap;
  const std::size_t step_right = tile_width + kGap;
  Picture sheet = blank(2 * kMargin + rows * step_down + kLetterHeight,
                        std::max(2 * kMargin + used * step_right - kGap,
                                 2 * kMargin + kLegend + 160));
  for (std::size_t i = 0; i < latents.size(); ++i) {
    const float* map = maps.data() + latents[i] * N;
    const float most = most_of(map, N);
    const std::size_t top = kMargin + i / used * step_down;
    const std::size_t left = kMargin + i % used * step_right;
    write_text(sheet, top, left,
               fmt::format("#{}  max {:.2g}", latents[i], most), kInk);
    draw_tile(sheet, top + kCaption, left, {map, height, width, times, most},
              under == nullptr ? nullptr : &below);
  }
  draw_legend(sheet, kMargin + rows * step_down, kMargin, "max of each latent");
  return sheet;
}

Picture sequence_bands(const Tensor<float, 2>& maps,
                       const std::vector<std::size_t>& latents,
                       std::size_t positions) {
  const std::size_t N = maps.shape(1);
  if (positions == 0) positions = N;
  require(positions > 0 && positions <= N,
          "{} positions to show, the maps have {}", positions, N);
  check_latents(maps, latents);
  const std::size_t each = (positions + kMostColumns - 1) / kMostColumns;
  const std::size_t columns = (positions + each - 1) / each;
  const std::size_t times = kMostColumns / columns;  // pixels a column
  const std::size_t left = kMargin + text_width("#00000") + 6;
  const std::size_t right_text = text_width("  max 0.00e-00");
  const std::size_t step = kBand + kBandGap;
  const std::size_t bottom = kMargin + latents.size() * step;
  Picture sheet = blank(bottom + 2 * kCaption + kGap + kMargin,
                        left + columns * times + right_text + kMargin);
  for (std::size_t i = 0; i < latents.size(); ++i) {
    const float* map = maps.data() + latents[i] * N;
    const float most = most_of(map, positions);
    const std::size_t top = kMargin + i * step;
    write_text(sheet, top + 1, kMargin, fmt::format("#{}", latents[i]), kInk);
    for (std::size_t x = 0; x < columns * times; ++x) {
      const std::size_t first = x / times * each;
      const float weight =
          most_of(map + first, std::min(each, positions - first));
      const Colour colour = colour_of(most > 0 ? weight / most : 0);
      for (std::size_t y = 0; y < kBand; ++y) {
        sheet.set(top + y, left + x, colour);
      }
    }
    write_text(sheet, top + 1, left + columns * times + 6,
               fmt::format("max {:.2g}", most), kInk);
  }
  // Eight ticks, at the positions that they name.
  for (std::size_t tick = 0; tick < 8; ++tick) {
    const std::size_t position = tick * positions / 8;
    const std::size_t x = left + position / each * times;
    for (std::size_t y = 0; y < 4; ++y) sheet.set(bottom + y, x, kInk);
    write_text(sheet, bottom + 5, x, fmt::format("{}", position), kInk);
  }
  draw_legend(sheet, bottom + kCaption + kGap, left, "max of each latent");
  return sheet;
}

}  // namespace suite
