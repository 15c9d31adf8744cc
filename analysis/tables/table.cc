#include "analysis/tables/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace suite {
namespace {

// What a reader sees: code points, of which none here is wide.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(),
                    [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, Side side) {
  const std::string spaces(width - std::min(width, width_of(text)), ' ');
  return side == Side::left ? text + spaces : spaces + text;
}

std::vector<std::size_t> widths(const Table& table, std::size_t least) {
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t width = std::max(least, width_of(table.columns[c].head));
    for (const auto& row : table.rows) {
      width = std::max(width, width_of(row[c]));
    }
    all.push_back(width);
  }
  return all;
}

std::vector<std::string> heads(const Table& table) {
  std::vector<std::string> all;
  for (const Column& column : table.columns) all.push_back(column.head);
  return all;
}

// The table with every field through `change`.
template <class F>
Table changed(Table table, const F& change) {
  for (Column& column : table.columns) column.head = change(column.head);
  for (auto& row : table.rows) {
    for (std::string& field : row) field = change(field);
  }
  return table;
}

std::string markdown_escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (std::string_view("|\\*`<").find(c) != std::string_view::npos) {
      safe += '\\';
    }
    safe += c;
  }
  return safe;
}

constexpr std::pair<std::string_view, std::string_view> kLatex[] = {
    {"\\", "\\textbackslash{}"},
    {"_", "\\_"},
    {"%", "\\%"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"$", "\\$"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"µ", "$\\mu$"},
    {"±", "$\\pm$"},
    {"×", "$\\times$"},
    {"·", "$\\cdot$"},
    {" … ", "--"},
    {"…", "\\ldots{}"},
};

}  // namespace

std::string plain(const Table& table) {
  const std::vector<std::size_t> width = widths(table, 0);
  std::string text = table.caption.empty() ? "" : table.caption + "\n";
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += (c == 0 ? "" : "  ") +
              padded(row[c], width[c], table.columns[c].side);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add(heads(table));
  for (const auto& row : table.rows) add(row);
  return text;
}

std::string markdown(const Table& given) {
  const Table table = changed(given, markdown_escaped);
  const std::vector<std::size_t> width = widths(table, 3);
  std::string text = fmt::format("**{}**\n\n", markdown_escaped(table.caption));
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      text += "| " + padded(row[c], width[c], table.columns[c].side) + " ";
    }
    text += "|\n";
  };
  add(heads(table));
  for (std::size_t c = 0; c < width.size(); ++c) {
    text += "| " + std::string(width[c] - 1, '-') +
            (table.columns[c].side == Side::left ? "- " : ": ");
  }
  text += "|\n";
  for (const auto& row : table.rows) add(row);
  return text;
}

std::string latex_escaped(const std::string& text) {
  std::string safe;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view taken = rest.substr(0, 1), written = taken;
    for (const auto& [from, to] : kLatex) {
      if (rest.substr(0, from.size()) == from) {
        taken = from;
        written = to;
        break;
      }
    }
    safe += written;
    rest.remove_prefix(taken.size());
  }
  return safe;
}

std::string latex(const Table& given) {
  Table table = changed(given, latex_escaped);
  std::string sides;
  for (const Column& column : table.columns) {
    sides += column.side == Side::left ? 'l' : 'r';
  }
  std::string text = fmt::format(
      "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\label{{{}}}\n"
      "  \\begin{{tabular}}{{{}}}\n    \\toprule\n",
      latex_escaped(table.caption), table.label, sides);
  const std::vector<std::size_t> width = widths(table, 0);
  const auto add = [&](const std::vector<std::string>& row) {
    text += "    ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      text += (c == 0 ? "" : " & ") +
              padded(row[c], width[c], table.columns[c].side);
    }
    text += " \\\\\n";
  };
  add(heads(table));
  text += "    \\midrule\n";
  const auto continues = [&](std::size_t r) {
    return r > 0 && table.rows[r][0] == table.rows[r - 1][0];
  };
  bool groups = false;
  for (std::size_t r = 0; r < table.rows.size(); ++r) groups |= continues(r);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<std::string> row = table.rows[r];
    if (continues(r)) row[0].clear();
    if (groups && r > 0 && !continues(r)) text += "    \\addlinespace\n";
    add(row);
  }
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace suite
