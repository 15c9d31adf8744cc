#include "training/recipe.h"

#include "training/testing.h"

namespace suite {
namespace {

TEST(Recipe, WhatIsLeftOutIsAsDocumented) {
  EXPECT_EQ(parse_recipe("adamw"),
            (Recipe{.rule = Recipe::Rule::adamw, .weight_decay = 0.01}));
  EXPECT_EQ(parse_recipe("lamb"), (Recipe{.rule = Recipe::Rule::lamb,
                                          .epsilon = 1e-6,
                                          .weight_decay = 0.1}));
  EXPECT_EQ(parse_recipe("sgd(momentum=0.5)"),
            (Recipe{.rule = Recipe::Rule::sgd, .momentum = 0.5}));
}

TEST(Recipe, ReadsWhatItWrites) {
  for (const char* text :
       {"sgd(momentum=0.9, weight_decay=0.0001)",
        "adamw(beta1=0.8, beta2=0.99, epsilon=1e-08, weight_decay=0.01)",
        "lamb(beta1=0.9, beta2=0.999, epsilon=1e-06, weight_decay=0)"}) {
    EXPECT_EQ(parse_recipe(text).text(), text);
  }
}

TEST(Recipe, SaysWhatItDoesNotKnow) {
  const auto error = [](const char* text) {
    return error_of([&] { parse_recipe(text); });
  };
  EXPECT_EQ(
      error("adam"),
      "optimiser \"adam\": no such optimiser; known are sgd, adamw, lamb");
  EXPECT_EQ(error("sgd(beta1=0)"),
            "sgd: unknown option beta1; known are momentum, weight_decay");
  EXPECT_EQ(error("lamb(beta2=1)"),
            "lamb: beta2 = 1: allowed are numbers from 0 to below 1");
  EXPECT_NE(error("adamw(epsilon=0)"), "");
}

TEST(Recipe, MovesEachValueOnceAPass) {
  const auto bytes = [](const char* text) {
    return parse_recipe(text).update_work(1, 4).bytes_moved;
  };
  EXPECT_EQ(bytes("sgd"), 12u);
  EXPECT_EQ(bytes("sgd(momentum=0.9)"), 20u);
  EXPECT_EQ(bytes("adamw"), 28u);
  EXPECT_EQ(bytes("lamb"), 40u);
}

}  // namespace
}  // namespace suite
