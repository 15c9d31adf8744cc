// Every conformance check, on every contestant that is linked in.
#include <gtest/gtest.h>

#include "contract/conformance/conformance.h"
#include "contract/registry.h"
#include "support/check.h"

namespace suite {
namespace {

class Conformance : public testing::Test {
 public:
  Conformance(const Contestant& contestant, const ConformanceCheck& check)
      : contestant_(contestant), check_(check) {}

  void TestBody() override {
    try {
      check_.run(contestant_);
    } catch (const Error& error) {
      FAIL() << contestant_.name << ": " << error.what();
    }
  }

 private:
  const Contestant& contestant_;
  const ConformanceCheck& check_;
};

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const suite::Contestant* contestant : suite::contestants()) {
    for (const auto& check : suite::conformance_checks()) {
      testing::RegisterTest(contestant->name.c_str(),
                            std::string(check.name).c_str(), nullptr, nullptr,
                            __FILE__, __LINE__, [contestant, &check] {
                              return new suite::Conformance(*contestant, check);
                            });
    }
  }
  // A binary without contestants would pass by checking nothing.
  return suite::contestants().empty() ? 1 : RUN_ALL_TESTS();
}
