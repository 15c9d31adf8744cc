#include "support/formats/safetensors_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/check.h"
#include "support/formats/safetensors.h"

namespace suite {
namespace {

template <class T>
class SafetensorsWriterTest : public testing::Test {
 protected:
  void write(const std::vector<NamedTensor<T>>& tensors) {
    write_safetensors<T>(path, tensors);
  }
  const std::string path = testing::TempDir() + "written.safetensors";
};
using Written = testing::Types<float, double>;
TYPED_TEST_SUITE(SafetensorsWriterTest, Written);

TYPED_TEST(SafetensorsWriterTest, IsReadBack) {
  using T = TypeParam;
  const std::vector<NamedTensor<T>> all = {{"b.\"weight\"", {2, 3}, {1, 2, 3, 4, 5, 6}},
                                           {"a", {}, {T(0.1)}},
                                           {"none", {0, 4}, {}}};
  this->write(all);
  const Safetensors file(this->path);
  ASSERT_EQ(file.names().size(), all.size());
  for (const NamedTensor<T>& tensor : all) {
    EXPECT_EQ(file.shape(tensor.name), tensor.shape);
    EXPECT_EQ(file.dtype(tensor.name), sizeof(T) == 4 ? "F32" : "F64");
    std::vector<T> values(tensor.values.size());
    file.read(tensor.name, std::span<T>(values));
    EXPECT_EQ(values, tensor.values);
  }
}

TYPED_TEST(SafetensorsWriterTest, RefusesAndLeavesNothing) {
  using T = TypeParam;
  std::filesystem::remove(this->path);
  EXPECT_THROW(this->write({{"a", {2}, {1}}}), Error);
  EXPECT_THROW(this->write({{"a", {1}, {1}}, {"a", {1}, {1}}}), Error);
  EXPECT_FALSE(std::filesystem::exists(this->path));
  const std::vector<NamedTensor<T>> one = {{"a", {1}, {1}}};
  EXPECT_THROW(write_safetensors<T>("no/such/folder.safetensors", one), Error);
}

}  // namespace
}  // namespace suite
