#include "analysis/papers/paper.h"

#include <gtest/gtest.h>

#include "support/check.h"
#include "support/files.h"

namespace suite {
namespace {

const std::string kRow =
    "source = \"s\"\n"
    "[[table]]\n"
    "id = \"table_1\"\n"
    "caption = \"c\"\n"
    "[[table.row]]\n"
    "label = \"r\"\n";

std::string written(const std::string& text) {
  const std::string path = testing::TempDir() + "/made.toml";
  replace_file(path, text);
  return path;
}

void expect_refused(const std::string& text, const std::string& said) {
  const std::string path = written(text);
  try {
    read_paper(path);
    ADD_FAILURE() << "accepted: " << text;
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find(path + ":"), 0u) << message;
    EXPECT_NE(message.find(said), message.npos) << message;
    EXPECT_EQ(message.find('\n'), message.npos) << message;
  }
}

TEST(Paper, IsReadFromItsFile) {
  const Paper paper =
      read_paper(written(kRow + "contestant = \"transformer(widening=4)\"\n"
                                "shape = {N = 8, B = 2, C = 4, D = 4}\n"
                                "flops = \"1.5 B\"\n"
                                "parameters = \"2 M\"\n"
                                "inconsistent.flops = \"a misprint\"\n"
                                "explained_by.flops = \"perceiver_io_flow\"\n"
                                "measured = \"transformer\"\n"
                                "where = {N = 8}\n"
                                "steps = \"\"\n"));
  EXPECT_EQ(paper.name, "made");
  ASSERT_EQ(paper.tables.size(), 1u);
  ASSERT_EQ(paper.tables[0].rows.size(), 1u);
  const PaperRow& row = paper.tables[0].rows[0];
  EXPECT_EQ(row.shape.D, 4u);
  EXPECT_EQ(row.shape.B, 2u);
  EXPECT_EQ(row.where.at("N"), 8u);
  ASSERT_EQ(row.figures.size(), 3u);
  EXPECT_EQ(row.figures[0].of, Quantity::parameters);
  const Figure* flops = row.find(Quantity::flops);
  ASSERT_NE(flops, nullptr);
  EXPECT_EQ(flops->printed, "1.5 B");
  EXPECT_EQ(flops->inconsistent, "a misprint");
  EXPECT_EQ(flops->explained_by, "perceiver_io_flow");
  EXPECT_EQ(row.find(Quantity::memory), nullptr);
}

TEST(Paper, AnOldWordIsReadAsTodays) {
  const std::string path =
      written(kRow +
              "contestant = \"bert(attention=materialised)\"\n"
              "shape = {N = 8, B = 2, C = 4, D = 4}\n"
              "measured = \"transformer(attention=materialised)\"\n");
  testing::internal::CaptureStderr();
  const Paper paper = read_paper(path);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "notice: " + path +
                ":9:12: transformer(attention=materialised) is called "
                "transformer(form=materialised) now\n"
                "notice: bert: the option attention is called form now\n");
  EXPECT_EQ(paper.tables[0].rows[0].measured, "transformer(form=materialised)");
}

TEST(Paper, WhatMakesNoSenseIsRefusedWithItsPlace) {
  expect_refused("source = \"s\"\n", "there is no table");
  expect_refused(kRow + "flop = \"1 B\"\n", "7:1: unknown key row.flop");
  expect_refused(kRow + "flops = \"1 b\"\n", "7:9: \"1 b\": allowed are");
  expect_refused(kRow + "flops = 1\n", "flops must be a string");
  expect_refused(kRow + "model = \"perceiver\"\n",
                 "perceiver: no such published model; known are");
  expect_refused(kRow + "contestant = \"transformr\"\nshape = {N = 1}\n",
                 "unknown contestant transformr");
  expect_refused(kRow + "contestant = \"transformer\"\n", "needs a shape");
  expect_refused(kRow +
                     "model = \"perceiver_io_flow\"\n"
                     "contestant = \"transformer\"\nshape = {N = 1}\n",
                 "one is allowed");
  expect_refused(kRow + "where = {Q = 1}\n", "unknown key where.Q");
  expect_refused(kRow + "inconsistent.flops = \"why\"\n",
                 "explains flops, which it does not have");
  expect_refused(kRow + "flops = \"1 B\"\nexplained_by.flops = \"mac\"\n",
                 "mac: no such published model");
  expect_refused(kRow + "flops = \"1 B\"\n"
                        "explained_by.flops = \"vocabulary_once\"\n",
                 "a contestant with a vocabulary");
  expect_refused(kRow + "flops = \"1 B\"\ninconsistent.flop = \"why\"\n",
                 "unknown key inconsistent.flop");
  const std::string table = kRow.substr(kRow.find("[[table]]"));
  expect_refused(kRow + table, "a second table table_1");
}

TEST(Paper, ItsNameIsItsFiles) {
  const std::string folder = testing::TempDir() + "/papers";
  make_folder(folder);
  for (const char* file : {"/b.toml", "/a.toml", "/BUILD"}) {
    replace_file(folder + file, "");
  }
  EXPECT_EQ(paper_names(folder), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace suite
