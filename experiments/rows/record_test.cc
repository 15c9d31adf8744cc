#include "experiments/rows/record.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "support/check.h"
#include "support/csv.h"

namespace suite {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_records("cells.csv", text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Record sample() {
  Record record;
  record["schema"] = "1";
  record["cell_id"] = "perceiver(sharing=none, widening=2)/N=1";
  record["status"] = "failed";
  record["reason"] = "said \"no\",\nthen stopped";
  return record;
}

TEST(Record, TheHeaderIsTheDictionaryOrder) {
  EXPECT_EQ(header_line(),
            "schema,experiment,definition_sha256,run_id,cell_id,contestant,"
            "phase,N,M,B,C,D,H,L,O,batch,threads,scalar,attention,plan,part,"
            "repetition,seconds,cpu_seconds,macs,logits,flops,bytes_moved,"
            "bytes_peak,parameters,status,reason,ranks\n");
}

TEST(Record, WhatIsWrittenReadsBack) {
  const Records records =
      parse_records("cells.csv", header_line() + sample().line());
  ASSERT_EQ(records.rows.size(), 1u);
  for (const std::string_view column : kColumns) {
    EXPECT_EQ(records.rows[0][column], sample()[column]) << column;
  }
  EXPECT_FALSE(records.cut);
}

// Of bytes drawn among those that mean something, one row after another.
TEST(Record, WhateverIsWrittenReadsBack) {
  constexpr std::string_view kBytes = ",\"\r\n x0\xff;'";
  std::mt19937 draw(1);
  std::string text = header_line();
  std::vector<Record> written;
  for (int i = 0; i < 2000; ++i) {
    Record record;
    for (const std::string_view column : kColumns) {
      for (auto left = draw() % 6; left > 0; --left) {
        record[column] += kBytes[draw() % kBytes.size()];
      }
    }
    record["schema"] = "1";
    text += record.line();
    written.push_back(record);
  }
  const Records read = parse_records("cells.csv", text);
  ASSERT_EQ(read.rows.size(), written.size());
  EXPECT_FALSE(read.cut);
  for (std::size_t i = 0; i < written.size(); ++i) {
    for (const std::string_view column : kColumns) {
      ASSERT_EQ(read.rows[i][column], written[i][column]) << i << column;
    }
  }
}

// As written before there were ranks.
TEST(Record, FilesWithoutTheLastColumnAreRead) {
  const auto without_last = [](const std::string& line) {
    return line.substr(0, line.rfind(',')) + "\n";
  };
  const std::string text =
      without_last(header_line()) + without_last(sample().line());
  const Records records = parse_records("cells.csv", text);
  ASSERT_EQ(records.rows.size(), 1u);
  EXPECT_EQ(records.rows[0]["reason"], sample()["reason"]);
  EXPECT_EQ(records.rows[0]["ranks"], "");
  EXPECT_EQ(refusal(without_last(header_line()) + sample().line()),
            "cells.csv:2: 33 fields, there must be 32");
  EXPECT_EQ(refusal(without_last(without_last(header_line()))),
            "cells.csv:1: not the header of cells.csv of schema 1");
}

TEST(Record, NumbersReadBackAsTheSameDouble) {
  for (const double value : {0.1, 1e-9, 1.0 / 3, 12345678.9}) {
    EXPECT_EQ(std::stod(exact(value)), value);
  }
  std::mt19937_64 draw(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = std::bit_cast<double>(draw());
    // The least ones std::stod() takes for an error.
    if (std::isnormal(value)) {
      ASSERT_EQ(std::stod(exact(value)), value);
    }
  }
}

TEST(Record, ALineWithoutAnEndIsCut) {
  const std::string whole = header_line() + sample().line();
  for (const std::size_t kept : {whole.size() - 1, header_line().size() + 1}) {
    const Records records = parse_records("cells.csv", whole.substr(0, kept));
    EXPECT_TRUE(records.cut);
    EXPECT_TRUE(records.rows.empty());
    EXPECT_EQ(records.kept_bytes, header_line().size());
  }
}

TEST(Record, RefusalsNameFileAndLine) {
  EXPECT_EQ(refusal("a,b\n"),
            "cells.csv:1: not the header of cells.csv of schema 1");
  EXPECT_EQ(refusal(header_line() + sample().line() + "1,2\n"),
            "cells.csv:3: 2 fields, there must be 33");
  Record other = sample();
  other["schema"] = "9";
  EXPECT_EQ(refusal(header_line() + other.line()),
            "cells.csv:2: schema 9, this build reads 1");
  EXPECT_THROW(other["no such column"], Error);
}

}  // namespace
}  // namespace suite
