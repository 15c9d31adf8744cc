// What read_npy() refuses, one line each.
#include <gtest/gtest.h>

#include <string>

#include "support/formats/npy.h"
#include "support/formats/testing.h"

namespace suite {
namespace {

using std::string_literals::operator""s;

constexpr char kDict[] =
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";

std::string file(const std::string& dict, std::size_t data_bytes,
                 int version = 1) {
  std::string text = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    text += static_cast<char>(dict.size() >> 8 * i & 0xff);
  }
  return text + dict + std::string(data_bytes, '\1');
}

NpyArray read(const std::string& content) {
  return read_npy(
      *bytes_in_memory("some.npy", std::as_bytes(std::span(content))));
}

void expect_no_file(const std::string& content, const std::string& part) {
  expect_refused([&] { read(content); }, {"some.npy: ", part});
}

void expect_no_header(const std::string& dict, const std::string& part) {
  expect_no_file(file(dict, 8), part);
}

// A dict whose shape is `shape`.
void expect_no_shape(const std::string& shape, const std::string& part) {
  expect_no_header(
      "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}", part);
}

TEST(ReadNpyRefuses, NothingOfWhatTheFormatAllows) {
  EXPECT_EQ(read(file(kDict, 8)).shape, std::vector<std::size_t>{2});
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(read(file("  {\"shape\":(1,2,),\"fortran_order\":False , "
                        "\"descr\":\"<f4\"}  \n",
                        8, version))
                  .shape,
              (std::vector<std::size_t>{1, 2}));
  }
}

TEST(ReadNpyRefuses, AnotherStart) {
  for (const std::string& start :
       {""s, "\x93NUMPY"s, "\x93NUMPX\1\0\0\0"s, "PK\3\4 zip archive"s}) {
    expect_no_file(start, "no .npy file");
  }
  expect_no_file(file(kDict, 8, 0), "version 0.0, allowed are 1.0, 2.0");
  expect_no_file(file(kDict, 8, 4), "version 4.0");
  expect_no_file("\x93NUMPY\1\1\0\0"s, "version 1.1");
  expect_no_file("\x93NUMPY\2\0\0\0\0"s, "ends within its length");
}

TEST(ReadNpyRefuses, LengthsThatTheFileHasNot) {
  expect_no_file("\x93NUMPY\1\0\x01\0"s, "header of 1 bytes, allowed are 0");
  expect_no_file("\x93NUMPY\2\0\xff\xff\xff\xff    "s,
                 "header of 4294967295 bytes, allowed are 4 in a file of 16");
  expect_no_file(file(std::string(65537, ' '), 0, 2),
                 "header of 65537 bytes, allowed are 65536");
  const std::string whole = file(kDict, 8);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_no_file(whole.substr(0, size), "");
  }
  expect_no_file(file(kDict, 7),
                 "float32 (2) takes 8 bytes, the file has 7 after its header");
  expect_no_file(file(kDict, 9), "the file has 9");
}

TEST(ReadNpyRefuses, OtherValues) {
  const auto dict = [](const std::string& descr, const std::string& order) {
    return "{'descr': " + descr + ", 'fortran_order': " + order +
           ", 'shape': (2,)}";
  };
  for (const std::string descr : {"<f2", "<c8", "|f4", "f4", "<u1", "|O", ""}) {
    expect_no_header(dict("'" + descr + "'", "False"),
                     "dtype \"" + descr + "\", allowed are little-endian <f4");
  }
  expect_no_header(dict("'>f4'", "False"),
                   "dtype \">f4\" (big-endian), allowed");
  expect_no_header(dict("[('a', '<f4')]", "False"), "a string must stand");
  expect_no_header(dict("'<f4'", "True"), "Fortran order, allowed is C order");
  expect_no_header(dict("'<f4'", "0"), "allowed are True and False");
  std::string bools =
      file("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", 3);
  EXPECT_TRUE(read(bools).as<bool>()[2]);
  bools.back() = '\2';
  expect_no_file(bools, "byte 2 of a bool array is 2, allowed are 0 and 1");
}

TEST(ReadNpyRefuses, AnotherDict) {
  expect_no_header("", "where \"{\" must stand");
  expect_no_header("[]", "where \"{\" must stand");
  expect_no_header("{}", "has no descr");
  expect_no_header("{'descr': '<f4', 'shape': (2,)}", "has no fortran_order");
  expect_no_header("{'descr': '<f4', 'fortran_order': False}", "has no shape");
  expect_no_header("{'descr': '<f4', 'descr': '<f4'}", "\"descr\" twice");
  expect_no_header("{'more': 1}", "has \"more\", allowed are descr");
  expect_no_header("{'descr' '<f4'}", "where \":\" must stand");
  expect_no_header("{'descr': '<f4", "a string without end");
  expect_no_header("{'descr': '<f4\\''}", "a string without end");
  expect_no_header("{'descr': '<f4' 'shape': (2,)}", "where \"}\" must stand");
  expect_no_header("{\x1b[31m", "\\x1b[31m");
  expect_no_header(kDict + "\t"s, "goes on after its dict: \"\\x09\"");
  expect_no_header(kDict + std::string(300, 'x'), "xxx\"...");
}

TEST(ReadNpyRefuses, OtherShapes) {
  expect_no_shape("2", "where \"(\" must stand");
  expect_no_shape("(2)", "a tuple must go on or end");
  expect_no_shape("(1 2)", "a tuple must go on or end");
  expect_no_shape("(,)", "allowed are whole numbers");
  expect_no_shape("(-2,)", "extent \"-2,)}\", allowed are whole numbers");
  expect_no_shape("(2.0,)", "a tuple must go on or end");
  expect_no_shape("(18446744073709551616,)", "whole numbers below 2^64");
  expect_no_shape("(4294967296, 4294967296)", "is more than 2^64 bytes");
  expect_no_shape("(0, 4294967296, 4294967296)", "is more than 2^64 bytes");
  // 2^62 floats would be 2^64 bytes, which is 0 without a check.
  expect_no_shape("(4611686018427387904,)", "is more than 2^64 bytes");
  expect_no_shape("(4611686018427387903,)", "takes 18446744073709551612 bytes");
  std::string axes = "(";
  for (int i = 0; i < 33; ++i) axes += "1, ";
  expect_no_shape(axes + ")", "more than 32 axes");
}

}  // namespace
}  // namespace suite
