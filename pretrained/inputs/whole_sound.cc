#include "pretrained/inputs/whole_sound.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "support/check.h"

namespace suite {
namespace {

using Bytes = std::optional<std::uint64_t>;  // nothing: the file does not say

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
// Of a file from a pipe: as ffmpeg and most write it, and as sox does, whose
// own is of the samples alone or of them and what stands before.
constexpr std::uint64_t kUnknown32 = 0xffffffff, kUnknownOfSox = 0x7ffff000;
constexpr std::uint64_t kLongestHeadOfSox = 4096;
constexpr int kMostChunks = 10000;                // before the samples

// A file of chunks: a name, a size, and as many bytes.
struct Chunks {
  std::string_view magic;
  std::string_view sound;  // how the name of the chunk of samples begins
  std::uint64_t first;     // where chunks begin
  std::size_t name_bytes = 4;
  std::size_t size_bytes = 4;
  bool big_endian = false;
  bool size_has_head = false;  // the size is that of name and size too
  std::uint64_t align = 2;
};

constexpr std::array<Chunks, 8> kKinds = {{
    {.magic = "RIFF", .sound = "data", .first = 12},
    {.magic = "RIFX", .sound = "data", .first = 12, .big_endian = true},
    {.magic = "RF64", .sound = "data", .first = 12},
    {.magic = "BW64", .sound = "data", .first = 12},
    {.magic = "FORM", .sound = "SSND", .first = 12, .big_endian = true},
    {.magic = "FORM",
     .sound = "BODY",
     .first = 12,
     .big_endian = true},  // 8SVX
    {.magic = "caff",
     .sound = "data",
     .first = 8,
     .size_bytes = 8,
     .big_endian = true,
     .align = 1},
    {.magic = "riff",
     .sound = "data",
     .first = 40,
     .name_bytes = 16,
     .size_bytes = 8,
     .size_has_head = true,
     .align = 8},
}};

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > kMost - b ? kMost : a + b;
}

bool is_unknown32(std::uint64_t size) {
  return size == kUnknown32 ||
         (size >= kUnknownOfSox && size - kUnknownOfSox < kLongestHeadOfSox);
}

std::string text(const ByteSource& source, std::uint64_t at,
                 std::size_t count) {
  if (at > source.size() || count > source.size() - at) return "";
  std::string found(count, '\0');
  source.read(at, std::as_writable_bytes(std::span(found)));
  return found;
}

Bytes number(const ByteSource& source, std::uint64_t at, std::size_t count,
             bool big_endian) {
  const std::string bytes = text(source, at, count);
  if (bytes.empty()) return {};
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 |
            static_cast<unsigned char>(bytes[big_endian ? i : count - 1 - i]);
  }
  return value;
}

// Where the samples end, by the size of their chunk.
Bytes end_of_chunk(const ByteSource& source, const Chunks& kind) {
  const std::uint64_t head = kind.name_bytes + kind.size_bytes;
  std::uint64_t at = kind.first;
  Bytes long_size;  // RF64 has those that 32 bits do not hold in a chunk
  for (int chunk = 0; chunk < kMostChunks; ++chunk) {
    const std::string name = text(source, at, kind.name_bytes);
    Bytes size = number(source, sum(at, kind.name_bytes), kind.size_bytes,
                        kind.big_endian);
    if (name.empty() || !size) return {};
    if (kind.size_has_head) {
      if (*size < head) return {};
      *size -= head;
    }
    if (name == "ds64") long_size = number(source, at + head + 8, 8, false);
    const bool is_sound = name.starts_with(kind.sound);
    const bool unknown =
        kind.size_bytes == 4 ? is_unknown32(*size) : *size == kMost;
    if (is_sound && unknown) size = long_size;
    if (!size) return {};
    const std::uint64_t end = sum(sum(at, head), *size);
    if (is_sound) return end;
    at = sum(end, (kind.align - end % kind.align) % kind.align);
  }
  return {};
}

// What follows the samples belongs to a WAV too.
Bytes end_of_riff(const ByteSource& source, bool big_endian) {
  const Bytes said = number(source, 4, 4, big_endian);
  if (!said || is_unknown32(*said)) return {};
  return *said + 8;
}

Bytes end_of_au(const ByteSource& source, bool big_endian) {
  const Bytes begin = number(source, 4, 4, big_endian);
  const Bytes size = number(source, 8, 4, big_endian);
  if (!begin || !size || is_unknown32(*size)) return {};
  return *begin + *size;
}

// Blocks: a kind, 24 bits of size, and as many bytes; kind 0 is the last.
Bytes end_of_voc(const ByteSource& source) {
  std::uint64_t at = number(source, 20, 2, false).value_or(0);
  for (int block = 0; block < kMostChunks; ++block) {
    const Bytes kind = number(source, at, 1, false);
    if (!kind) return at == source.size() ? at : at + 1;
    if (*kind == 0) return at + 1;
    const Bytes size = number(source, at + 1, 3, false);
    if (!size) return at + 4;
    at += 4 + *size;
  }
  return {};
}

// Bytes of the frame of MPEG sound that begins so; 0 if none does (ISO/IEC
// 11172-3 §2.4.2.3 and 13818-3; a free bit rate says nothing).
std::uint64_t mpeg_frame(std::string_view head) {
  constexpr int kRates[] = {44100, 48000, 32000};
  constexpr int kFirst[] = {0,   32,  40,  48,  56,  64,  80, 96,
                            112, 128, 160, 192, 224, 256, 320};
  constexpr int kSecond[] = {0,   32,  48,  56,  64,  80,  96, 112,
                             128, 160, 192, 224, 256, 320, 384};
  constexpr int kLow[] = {0,  8,  16, 24,  32,  40,  48, 56,
                          64, 80, 96, 112, 128, 144, 160};
  if (head.size() < 3) return 0;
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned char>(head[at]);
  };
  const int version = byte(1) >> 3 & 3, layer = byte(1) >> 1 & 3;
  const int bits = byte(2) >> 4, rate = byte(2) >> 2 & 3;
  const int padding = byte(2) >> 1 & 1;
  const bool begins = byte(0) == 0xff && byte(1) >= 0xe0;
  const bool is_second_or_third = layer == 1 || layer == 2;
  if (!begins || version == 1 || !is_second_or_third || bits == 0 ||
      bits == 15 || rate == 3) {
    return 0;
  }
  const bool low =
      version != 3;  // MPEG-2 and 2.5: half of the rates, a quarter
  const int kilobits = low          ? kLow[bits]
                       : layer == 1 ? kFirst[bits]
                                    : kSecond[bits];
  const int hertz = kRates[rate] >> (low ? (version == 2 ? 1 : 2) : 0);
  const int slots = low && layer == 1 ? 72 : 144;
  return static_cast<std::uint64_t>(slots * 1000 * kilobits / hertz + padding);
}

// Past a tag before it, frame after frame; the first may say how many bytes
// all of them have.
Bytes end_of_mpeg(const ByteSource& source) {
  std::uint64_t at = 0;
  if (text(source, 0, 3) == "ID3") {
    for (std::uint64_t i = 6; i < 10; ++i) {
      at = at << 7 | (number(source, i, 1, true).value_or(0) & 0x7f);
    }
    at += 10;
  }
  const std::uint64_t first = at;
  while (const std::uint64_t frame = mpeg_frame(text(source, at, 3))) {
    at = sum(at, frame);
  }
  if (at == first) return {};
  const std::string start = text(source, first, 64);
  for (const char* mark : {"Xing", "Info"}) {
    const std::size_t found = start.find(mark);
    if (found == std::string::npos) continue;
    const std::uint64_t told = first + found + 4;
    const std::uint64_t has = number(source, told, 4, true).value_or(0);
    if ((has & 2) == 0) continue;  // after their number, if that is there
    const Bytes bytes = number(source, told + 4 + 4 * (has & 1), 4, true);
    at = std::max(at, first + bytes.value_or(0));
  }
  return at;
}

Bytes announced(const ByteSource& source) {
  const std::string magic = text(source, 0, 4);
  if (text(source, 0, 19) == "Creative Voice File") return end_of_voc(source);
  if (magic.starts_with("ID3") || mpeg_frame(magic) > 0) {
    return end_of_mpeg(source);
  }
  if (magic == ".snd" || magic == "dns.") {
    return end_of_au(source, magic == ".snd");
  }
  for (const Chunks& kind : kKinds) {
    if (magic != kind.magic) continue;
    const Bytes end = end_of_chunk(source, kind);
    if (!end && magic == "FORM") continue;
    if (magic != "RIFF" && magic != "RIFX") return end;
    return std::max(end, end_of_riff(source, kind.big_endian));
  }
  return {};
}

// The last page of an OGG file is whole, and says that it is the last.
bool ends_as_ogg(const ByteSource& source) {
  constexpr std::size_t kHead = 27, kFlags = 5, kSegments = 26;
  constexpr std::uint64_t kLongestPage = kHead + 255 + 255 * 255;
  // A tag of an older player's may follow: look as far as two pages.
  const std::uint64_t tail = std::min(source.size(), 2 * kLongestPage);
  const std::string bytes = text(source, source.size() - tail, tail);
  const std::size_t page = bytes.rfind("OggS");
  if (page == std::string::npos || bytes.size() - page < kHead) return false;
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned char>(bytes[page + at]);
  };
  const std::size_t segments = byte(kSegments);
  std::size_t size = kHead + segments;
  if (bytes.size() - page < size) return false;
  for (std::size_t i = 0; i < segments; ++i) size += byte(kHead + i);
  return bytes.size() - page >= size && (byte(kFlags) & 4) != 0;
}

}  // namespace

void require_whole_sound(const ByteSource& source) {
  const std::uint64_t wanted = announced(source).value_or(0);
  require(wanted <= source.size(), "{}: is cut short: has {} bytes of {}",
          source.name(), source.size(), wanted);
  require(text(source, 0, 4) != "OggS" || ends_as_ogg(source),
          "{}: is cut short: its {} bytes do not end with a last page",
          source.name(), source.size());
}

}  // namespace suite
