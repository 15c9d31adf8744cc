// Text in rows and columns, for a terminal, for Markdown and for LaTeX.
#pragma once

#include <string>
#include <vector>

namespace suite {

enum class Side { left, right };

struct Column {
  std::string head;
  Side side = Side::right;
};

struct Table {
  std::string caption;
  std::string label;  // of LaTeX, unique in a document
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // UTF-8, one field a column
};

// Columns aligned by spaces; the caption above.
std::string plain(const Table& table);

// A table as GitHub takes it, aligned in its source too; the caption above, in
// bold.
std::string markdown(const Table& table);

// A floating table with booktabs. Rows are set apart where their first field
// changes, which is printed once.
std::string latex(const Table& table);

// Text with all that LaTeX would take for a command escaped.
std::string latex_escaped(const std::string& text);

}  // namespace suite
