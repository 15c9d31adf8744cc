#include "training/schedule.h"

#include <cmath>

#include "training/testing.h"

namespace suite {
namespace {

TEST(Schedule, ConstantIsAlwaysTheSame) {
  const Schedule schedule = parse_schedule("constant(rate=0.25)");
  EXPECT_EQ(schedule.at(0), 0.25);
  EXPECT_EQ(schedule.at(1u << 30), 0.25);
  EXPECT_EQ(parse_schedule("constant").at(7), 1e-3);
}

TEST(Schedule, StepFallsToATenthAtEachDrop) {
  const Schedule schedule = parse_schedule("step(rate=4e-3, at=84:102:114)");
  EXPECT_EQ(schedule.at(0), 4e-3);
  EXPECT_EQ(schedule.at(83), 4e-3);
  EXPECT_DOUBLE_EQ(schedule.at(84), 4e-4);
  EXPECT_DOUBLE_EQ(schedule.at(101), 4e-4);
  EXPECT_DOUBLE_EQ(schedule.at(102), 4e-5);
  EXPECT_NEAR(schedule.at(114), 4e-6, 1e-20);
  EXPECT_NEAR(schedule.at(1000), 4e-6, 1e-20);
}

TEST(Schedule, WarmsUpFromZeroThenFallsByACosine) {
  const Schedule schedule =
      parse_schedule("warm_up_cosine(rate=2, warm_up=10, steps=110)");
  EXPECT_EQ(schedule.at(0), 0);
  EXPECT_EQ(schedule.at(5), 1);
  EXPECT_EQ(schedule.at(10), 2);
  EXPECT_NEAR(schedule.at(60), 1, 1e-15);
  EXPECT_NEAR(schedule.at(35), 1 + std::sqrt(0.5), 1e-15);
  EXPECT_EQ(schedule.at(110), 0);
  EXPECT_EQ(schedule.at(111), 0);
  // Without a warm-up it begins at the top.
  EXPECT_EQ(parse_schedule("warm_up_cosine(rate=2, steps=10)").at(0), 2);
}

TEST(Schedule, IsFlatThenFallsByACosine) {
  const Schedule schedule =
      parse_schedule("flat_cosine(rate=2e-3, flat=55, steps=110)");
  EXPECT_EQ(schedule.at(0), 2e-3);
  EXPECT_EQ(schedule.at(54), 2e-3);
  EXPECT_EQ(schedule.at(55), 2e-3);
  EXPECT_LT(schedule.at(56), 2e-3);
  EXPECT_NEAR(schedule.at(82) + schedule.at(83), 2e-3, 1e-17);
  EXPECT_GT(schedule.at(109), 0);
  EXPECT_EQ(schedule.at(110), 0);
}

TEST(Schedule, ReadsWhatItWrites) {
  for (const char* text :
       {"constant(rate=0.1)", "step(rate=0.004, at=84:102:114)",
        "warm_up_cosine(rate=0.00125, warm_up=1000, steps=500000)",
        "flat_cosine(rate=0.002, flat=55, steps=110)"}) {
    const Schedule schedule = parse_schedule(text);
    EXPECT_EQ(schedule.text(), text);
    EXPECT_EQ(parse_schedule(schedule.text()), schedule);
  }
  const Schedule record{.form = Schedule::Form::flat_cosine,
                        .rate = 1. / 3,
                        .first = 1,
                        .steps = 2};
  EXPECT_EQ(parse_schedule(record.text()), record);
}

TEST(Schedule, SaysWhatItDoesNotKnow) {
  const auto error = [](const char* text) {
    return error_of([&] { parse_schedule(text); });
  };
  EXPECT_EQ(error("cosine(steps=3)"),
            "schedule \"cosine\": no such schedule; known are constant, step, "
            "warm_up_cosine, flat_cosine");
  EXPECT_EQ(error("step(rate=1, drops=3)"),
            "step: unknown option drops; known are rate, at");
  EXPECT_EQ(error("constant(rate=-1)"),
            "constant: rate = -1: allowed are numbers from 0 to below inf");
  EXPECT_NE(error("constant(rate=nan)"), "");
  EXPECT_NE(error("constant(rate=1x)"), "");
  EXPECT_EQ(error("flat_cosine(flat=7, steps=7)"),
            "flat_cosine: steps = 7: must be above flat = 7");
  EXPECT_NE(error("warm_up_cosine"), "");
  EXPECT_EQ(error("step"),
            "step: at = nothing: allowed are steps in rising order, as 84:102");
  for (const char* at : {"3:3", "3:", ":3", "3;4", "x", "4:3", "3::4"}) {
    EXPECT_NE(error(("step(at=" + std::string(at) + ")").c_str()), "") << at;
  }
  EXPECT_EQ(error("constant(rate"),
            "schedule \"constant(rate\": must look like name or "
            "name(option=value, ...)");
}

}  // namespace
}  // namespace suite
