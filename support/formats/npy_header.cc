#include "support/formats/npy_header.h"

#include <charconv>
#include <set>

#include "support/formats/shown.h"
#include "support/check.h"

namespace suite {
namespace {

constexpr std::size_t kMostAxes = 32;

// Reads the few Python literals that NumPy writes, from left to right.
class Literals {
 public:
  Literals(const std::string& where, std::string_view text)
      : where_(where), text_(text) {}

  NpyHeader dict() {
    NpyHeader header;
    std::set<std::string> seen;
    expect("{");
    while (!take("}")) {
      const std::string key = string();
      require(seen.insert(key).second, "{}: header has {} twice", where_,
              shown(key));
      expect(":");
      if (key == "descr") {
        header.descr = string();
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
      } else if (key == "shape") {
        header.shape = tuple();
      } else {
        throw Error(fmt::format(
            "{}: header has {}, allowed are descr, fortran_order, shape",
            where_, shown(key)));
      }
      if (!take(",")) {
        expect("}");
        break;
      }
    }
    skip_space();
    require(at_ == text_.size(), "{}: header goes on after its dict: {}",
            where_, shown(rest()));
    for (const char* key : {"descr", "fortran_order", "shape"}) {
      require(seen.contains(key), "{}: header has no {}", where_, key);
    }
    return header;
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    require(take(token), "{}: header has {} where {} must stand", where_,
            shown(rest()), shown(token));
  }

  std::string string() {
    const char quote = take("'") ? '\'' : '"';
    if (quote == '"') {
      require(take("\""), "{}: header has {} where a string must stand", where_,
              shown(rest()));
    }
    const std::size_t end = rest().find_first_of(
        quote == '"' ? std::string_view("\"\\\n") : std::string_view("'\\\n"));
    require(end != std::string_view::npos && rest()[end] == quote,
            "{}: header has a string without end: {}", where_, shown(rest()));
    const std::string content(rest().substr(0, end));
    at_ += end + 1;
    return content;
  }

  bool boolean() {
    if (take("True")) return true;
    require(take("False"),
            "{}: header has fortran_order {}, allowed are True and False",
            where_, shown(rest()));
    return false;
  }

  // (), (2,) or (2, 3)
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> extents;
    expect("(");
    while (!take(")")) {
      require(extents.size() < kMostAxes, "{}: more than {} axes", where_,
              kMostAxes);
      extents.push_back(extent());
      if (!take(",")) {
        require(extents.size() > 1 && take(")"),
                "{}: header has {} where a tuple must go on or end", where_,
                shown(rest()));
        break;
      }
    }
    return extents;
  }

  std::size_t extent() {
    skip_space();
    std::size_t value = 0;
    const auto [end, error] =
        std::from_chars(rest().data(), rest().data() + rest().size(), value);
    require(error == std::errc(),
            "{}: header has extent {}, allowed are whole numbers below 2^64",
            where_, shown(rest()));
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  const std::string& where_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(const std::string& where, std::string_view text) {
  return Literals(where, text).dict();
}

}  // namespace suite
