#include "support/formats/untrusted_json.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "support/check.h"
#include "support/formats/shown.h"

namespace suite {
namespace {

using nlohmann::json;

// Builds the value while its limits last. The library's own builder has none,
// and keeps the last of two equal keys.
class Builder : public nlohmann::json_sax<json> {
 public:
  Builder(const std::string& where, JsonLimits limits)
      : where_(where), limits_(limits) {}

  json take() { return std::move(root_); }

  bool null() override { return place(json()); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(json::number_integer_t value) override {
    return place(value);
  }
  bool number_unsigned(json::number_unsigned_t value) override {
    return place(value);
  }
  bool number_float(json::number_float_t value, const std::string&) override {
    return place(value);
  }
  bool string(std::string& value) override { return place(std::move(value)); }
  bool binary(json::binary_t&) override { return false; }  // not of texts

  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return end_array(); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool key(std::string& name) override {
    json& object = *open_.back();
    require(!object.contains(name), "{}: {} stands twice in one object", where_,
            shown(name));
    slot_ = &object[name];
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last,
                   const json::exception&) override {
    throw Error(fmt::format("{}: byte {}: no JSON goes on with {}", where_,
                            position, shown(last)));
  }

 private:
  bool open(json empty) {
    place(std::move(empty));
    open_.push_back(last_);
    require(open_.size() <= limits_.depth,
            "{}: objects and lists {} deep, allowed are {}", where_,
            open_.size(), limits_.depth);
    return true;
  }

  bool place(json value) {
    require(++values_ <= limits_.values, "{}: more than {} values", where_,
            limits_.values);
    if (open_.empty()) {
      last_ = &root_;
    } else if (open_.back()->is_array()) {
      last_ = &open_.back()->emplace_back();
    } else {
      last_ = slot_;
    }
    *last_ = std::move(value);
    return true;
  }

  std::string where_;
  JsonLimits limits_;
  std::size_t values_ = 0;
  json root_;
  std::vector<json*> open_;  // outermost first; only the innermost one grows
  json* slot_ = nullptr;     // of the key that was read last
  json* last_ = nullptr;     // where the last value went
};

}  // namespace

json parse_untrusted_json(const std::string& where, std::string_view text,
                          JsonLimits limits) {
  Builder builder(where, limits);
  json::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace suite
