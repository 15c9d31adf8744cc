// φ of attention by features: what is taken of queries and keys, a tile of rows of
// one head at a time.
#pragma once

#include <cstdint>

#include "primitives/cost.h"
#include "primitives/tensor.h"

namespace suite {

template <class T>
class FeatureMap {
 public:
  virtual ~FeatureMap() = default;

  // features[rows, r] ← φ(queries[rows, d]) ≥ 0, each row up to a factor of its
  // own, which cancels where means are taken.
  virtual void of_queries(MatrixView<const T> queries,
                          MatrixView<T> features) const = 0;

  // features[rows, r] ← φ(keys[rows, d])·e^−shift ≥ 0; zeros for hidden rows.
  // `shift` comes as that of the keys before, and is raised where features would
  // overflow.
  virtual void of_keys(MatrixView<const T> keys, const std::uint8_t* valid,
                       MatrixView<T> features, T& shift) const = 0;

  // Of so many rows of a head.
  virtual Work work(std::size_t rows) const = 0;

  // d_queries[rows, d] ← the gradient of queries, where that of `features`,
  // which they were given, is d_features[rows, r], scratch from then on. A
  // row's factor is as good as constant: what is made of the features doesn't
  // depend on it.
  virtual void of_queries_backward(MatrixView<const T> queries,
                                   MatrixView<const T> features,
                                   MatrixView<T> d_features,
                                   MatrixView<T> d_queries) const = 0;

  // The same of keys, and so is their shift; zeros for hidden rows.
  virtual void of_keys_backward(MatrixView<const T> keys,
                                const std::uint8_t* valid,
                                MatrixView<const T> features,
                                MatrixView<T> d_features,
                                MatrixView<T> d_keys) const = 0;

  // Of a backward of so many rows of a head.
  virtual Work backward_work(std::size_t rows) const = 0;
};

// φ(x) = elu(x) + 1, which is x + 1 above 0 and e^x below (Katharopoulos et al.
// 2020, §3.2.1); never shifted. Cost: each value read once.
template <class T>
class EluPlusOne : public FeatureMap<T> {
 public:
  explicit EluPlusOne(std::size_t channels) : channels_(channels) {}

  void of_queries(MatrixView<const T> queries,
                  MatrixView<T> features) const override;
  void of_keys(MatrixView<const T> keys, const std::uint8_t* valid,
               MatrixView<T> features, T& shift) const override;
  Work work(std::size_t rows) const override;
  void of_queries_backward(MatrixView<const T> queries,
                           MatrixView<const T> features,
                           MatrixView<T> d_features,
                           MatrixView<T> d_queries) const override;
  void of_keys_backward(MatrixView<const T> keys, const std::uint8_t* valid,
                        MatrixView<const T> features, MatrixView<T> d_features,
                        MatrixView<T> d_keys) const override;
  Work backward_work(std::size_t rows) const override;

 private:
  std::size_t channels_;
};

// φ(x) = e^(ω·x' − |x'|²/2) of x' = x/d^¼, for each of the m directions ω[m, d],
// which must outlive this (Choromanski et al. 2021, Lemma 1): products estimate
// m·e^(q·k/√d) without bias. Cost: m·d MACs a row.
template <class T>
class PositiveFeatures : public FeatureMap<T> {
 public:
  explicit PositiveFeatures(const Tensor<T, 2>& directions)
      : directions_(directions) {}

  void of_queries(MatrixView<const T> queries,
                  MatrixView<T> features) const override;
  void of_keys(MatrixView<const T> keys, const std::uint8_t* valid,
               MatrixView<T> features, T& shift) const override;
  Work work(std::size_t rows) const override;
  void of_queries_backward(MatrixView<const T> queries,
                           MatrixView<const T> features,
                           MatrixView<T> d_features,
                           MatrixView<T> d_queries) const override;
  void of_keys_backward(MatrixView<const T> keys, const std::uint8_t* valid,
                        MatrixView<const T> features, MatrixView<T> d_features,
                        MatrixView<T> d_keys) const override;
  Work backward_work(std::size_t rows) const override;

 private:
  // features ← ω·x'.
  void project(MatrixView<const T> rows, MatrixView<T> features) const;

  const Tensor<T, 2>& directions_;
};

}  // namespace suite
