#include "analysis/flops/flops_table.h"

#include <gtest/gtest.h>

#include "analysis/flops/flops_text.h"
#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

// C = D, as the program's default has it.
Shape shape(std::size_t N, std::size_t M, std::size_t D, std::size_t B = 1) {
  return {.N = N, .M = M, .B = B, .C = D, .D = D};
}

const Shape kOdd{
    .N = 77, .M = 30, .B = 3, .C = 24, .D = 16, .H = 4, .L = 5, .batch = 2};

Cost declared(const char* name, const Shape& s) {
  const Entry entry = find_contestant(name);
  return entry.contestant->cost(s, entry.options, sizeof(float), 1);
}

TEST(FlopsTable, CountsScoresAsTheLiteratureDoes) {
  const FlopsRow few = flops_table(shape(4096, 32, 256, 8)).sum("scores");
  EXPECT_EQ(few.cross, 67'108'864u);
  EXPECT_EQ(few.self, 524'288u);
  EXPECT_EQ(few.perceiver, 8u * (67'108'864 + 524'288));
  EXPECT_EQ(few.layer, 8'589'934'592u);
  EXPECT_EQ(few.transformer, 68'719'476'736u);
  const FlopsRow many = flops_table(shape(4096, 512, 256, 8)).sum("scores");
  EXPECT_EQ(many.cross, 1'073'741'824u);
  EXPECT_EQ(many.self, 134'217'728u);
}

TEST(FlopsTable, IsEqualWhereLatentsAreAsManyAsInputs) {
  const FlopsTable table = flops_table(shape(1024, 1024, 64));
  for (const char* counting : {"scores", "attention"}) {
    const FlopsRow row = table.sum(counting);
    EXPECT_EQ(row.cross, row.self) << counting;
    EXPECT_EQ(row.cross, row.layer) << counting;
  }
  EXPECT_EQ(table.sum("layers").self, table.sum("layers").layer);
}

TEST(FlopsTable, ReducesCrossScoresByExactlyNOverM) {
  const FlopsTable table = flops_table(shape(65536, 512, 256));
  const Reduction& first = table.reductions.front();
  EXPECT_EQ(first.name, "cross_scores");
  EXPECT_EQ(first.transformer, 128 * first.perceiver);
  EXPECT_EQ(first.ratio(), 128);
  ASSERT_EQ(table.reductions.size(), 5u);
  for (const Reduction& r : table.reductions) {
    EXPECT_GE(128, r.ratio()) << r.name;
    EXPECT_GT(r.ratio(), 1) << r.name << ": the transformer takes more";
  }
  EXPECT_NE(
      flops_text({table}, false).find("N/M                          128 "),
      std::string::npos);
}

TEST(FlopsTable, ReducesByWhatTheContestantsDeclare) {
  const FlopsTable table = flops_table(kOdd);
  const auto flops = [](const char* name) {
    return declared(name, kOdd).total().flops();
  };
  const Reduction &bare = table.reductions[3], &model = table.reductions[4];
  EXPECT_EQ(bare.transformer, flops("bare_transformer"));
  EXPECT_EQ(bare.perceiver, flops("bare_perceiver"));
  EXPECT_EQ(model.transformer, flops("transformer"));
  EXPECT_EQ(model.perceiver, flops("perceiver"));
}

// papers.md §4.1, attention alone: 4·M·N·D + 3·H·M·N.
TEST(FlopsTable, CountsAttentionInFullWithThreeFlopsALogit) {
  const Shape& s = kOdd;
  const FlopsTable table = flops_table(s);
  const FlopsRow row = table.sum("attention");
  EXPECT_EQ(row.cross, s.batch * s.M * s.N * (4 * s.D + 3 * s.H));
  EXPECT_EQ(row.self, s.L * s.batch * s.M * s.M * (4 * s.D + 3 * s.H));
  EXPECT_EQ(row.transformer, s.B * s.batch * s.N * s.N * (4 * s.D + 3 * s.H));
  for (const Part part : {Part::scores, Part::softmax, Part::weighted_sum}) {
    for (const FlopsRow& r : table.countings[1].rows) {
      if (r.part != kPartNames[static_cast<int>(part)]) continue;
      EXPECT_EQ(r.perceiver, declared("bare_perceiver", s)[part].flops());
      EXPECT_EQ(r.transformer, declared("bare_transformer", s)[part].flops());
    }
  }
}

TEST(FlopsTable, CountsWholeLayersAsTheContestantsDeclare) {
  for (const Shape& s : {shape(4096, 512, 256, 8), kOdd}) {
    const FlopsTable table = flops_table(s);
    const Cost perceiver = declared("perceiver", s);
    const Cost transformer = declared("transformer", s);
    EXPECT_EQ(table.sum("layers").perceiver, perceiver.total().flops());
    EXPECT_EQ(table.sum("layers").transformer, transformer.total().flops());
    std::uint64_t sum = 0;
    for (const FlopsRow& row : table.countings.back().rows) {
      if (&row == &table.countings.back().rows.back()) break;
      for (int part = 0; part < kParts; ++part) {
        if (row.part != kPartNames[part]) continue;
        EXPECT_EQ(row.perceiver, perceiver.parts[part].flops()) << row.part;
        EXPECT_EQ(row.transformer, transformer.parts[part].flops()) << row.part;
        sum += row.transformer;
      }
    }
    EXPECT_EQ(sum, table.sum("layers").transformer) << "a part is missing";
  }
}

// papers.md §4.1, with Cqk = Cv = C and a widening of 1.
TEST(FlopsTable, CountsWholeLayersAsThePaperDoes) {
  const Shape& s = kOdd;
  const std::uint64_t N = s.N, M = s.M, C = s.C, D = s.D, H = s.H;
  const FlopsRow row = flops_table(s).sum("layers");
  EXPECT_EQ(row.cross,
            s.batch * (2 * (M * D * C + N * C * (C + C) + N * M * (C + C) +
                            M * C * D + 2 * M * D * D) +
                       3 * H * N * M));
  EXPECT_EQ(row.self, s.L * s.batch *
                          (2 * (4 * M * D * D + 2 * M * M * D + 2 * M * D * D) +
                           3 * H * M * M));
  EXPECT_EQ(row.perceiver, s.B * (row.cross + row.self));
  EXPECT_EQ(row.transformer, s.B * row.layer + s.batch * 2 * N * C * D);
}

TEST(FlopsTable, RefusesWhatItCannotCount) {
  const auto said = [](Shape s) -> std::string {
    try {
      flops_table(s);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_EQ(said(shape(0, 1, 8)), "N = 0: must be at least 1");
  Shape heads = shape(64, 8, 8);
  heads.H = 3;
  EXPECT_EQ(said(heads), "H = 3: must divide D = 8");
  heads.H = 4;
  heads.C = 6;
  EXPECT_EQ(said(heads), "H = 4: must divide C = 6");
  EXPECT_NE(said(shape(2147483647, 1, 256)).find("below 2^64"),
            std::string::npos);
  EXPECT_EQ(said(shape(67108864, 512, 256)), "nothing") << "4.6e18 fits";
  EXPECT_THROW(flops_table(shape(8, 8, 8)).sum("guesses"), Error);
}

TEST(FlopsText, ShortensToThreeDigits) {
  EXPECT_EQ(short_count(67'108'864), "67.1 M");
  EXPECT_EQ(short_count(1'073'741'824), "1.07 B");
  EXPECT_EQ(short_count(524'288), "0.524 M");
  EXPECT_EQ(short_count(134'217'728), "134 M");
  EXPECT_EQ(short_count(99'999), "99999");
  EXPECT_EQ(short_count(999'499'999), "999 M");
  EXPECT_EQ(short_count(999'500'000), "1.00 B");
  EXPECT_EQ(short_count(9'995'000'000), "10.0 B") << "rounded up a digit";
  EXPECT_EQ(short_count(UINT64_MAX), "18.4 E");
}

TEST(FlopsText, HasEveryDigitInCsvAndWhenAsked) {
  const std::vector<FlopsTable> tables = {
      flops_table(shape(4096, 32, 256, 8)),
      flops_table(shape(4096, 512, 256, 8))};
  EXPECT_NE(flops_text(tables, true).find(" 541065216 "), std::string::npos);
  EXPECT_NE(flops_text(tables, false).find(" 541 M "), std::string::npos);
  const std::string csv = flops_csv(tables);
  EXPECT_EQ(csv.rfind("N,M,B,C,D,H,L,batch,counting,part,scope,unit,value\n"
                      "4096,32,8,256,256,1,1,1,scores,scores,cross,flops,"
                      "67108864\n",
                      0),
            0u)
      << csv;
  EXPECT_NE(csv.find("4096,512,8,256,256,1,1,1,scores,scores,self,flops,"
                     "134217728\n"),
            std::string::npos);
  EXPECT_NE(csv.find("cross_scores,all,reduction,ratio,128\n"),
            std::string::npos);
}

}  // namespace
}  // namespace suite
