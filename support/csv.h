// CSV after RFC 4180, a field and a line at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace suite {

// A field, quoted where needed.
std::string csv_field(const std::string& field);

// Takes the fields of one line from `text`, which loses them and the line's end.
// False if the text ends before the line does.
bool take_csv_line(std::string_view& text, std::vector<std::string>& fields);

// A number that reads back as the same double.
std::string exact(double value);

}  // namespace suite
