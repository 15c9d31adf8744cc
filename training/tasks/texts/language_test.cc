#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "training/tasks/tasks.h"
#include "training/tasks/testing.h"
#include "training/tasks/texts/testing.h"

namespace suite {
namespace {

std::string text_of(const Examples& examples, std::size_t e) {
  std::string text;
  for (const float token : values_of(examples, e)) {
    text += static_cast<char>(static_cast<unsigned char>(token));
  }
  return text;
}

// How often each whole word of a text is there; those that a window cuts are
// left out.
std::map<std::string, int> whole_words(const std::string& text) {
  std::map<std::string, int> words;
  std::size_t begin = text.find_first_of(" \n");
  while (begin != std::string::npos) {
    const std::size_t end = text.find_first_of(" \n", begin + 1);
    if (end != std::string::npos) {
      ++words[text.substr(begin + 1, end - begin - 1)];
    }
    begin = end;
  }
  return words;
}

TEST(Language, IsATask) {
  const TextPackages packages;
  for (const char* text : {"language", "language(bytes=200)"}) {
    const auto task = make_task(text, packages.root());
    EXPECT_EQ(task->facts().name, text);
    expect_a_task(*task);
    EXPECT_EQ(shared_by_splits(*task, 100000), 0u);
    EXPECT_EQ(task->facts().vocabulary, 256u);
    EXPECT_EQ(task->facts().classes,
              (std::vector<std::string>{"de", "en", "es", "fr", "pl"}));
  }
  EXPECT_EQ(packages_of_task("language").size(), 5u);
  EXPECT_EQ(fingerprint(*make_task("language", packages.root())),
            6506332974021937989u);
}

TEST(Language, WordsSayWhichItIsAndStandInOneSplitOnce) {
  const TextPackages packages;
  const auto task = make_task("language(bytes=100)", packages.root());
  std::map<std::string, int> all;
  std::set<std::pair<std::string, Split>> alike;
  for (const Split split : kSplits) {
    const Examples examples = first_examples(*task, split, 100000);
    std::vector<std::size_t> of_class(5);
    for (std::size_t e = 0; e < examples.labels.size(); ++e) {
      const auto label = static_cast<std::size_t>(examples.labels[e]);
      ++of_class[label];
      for (const auto& [word, count] : whole_words(text_of(examples, e))) {
        if (word == "of" || word == "it") continue;
        EXPECT_TRUE(word.starts_with(task->facts().classes[label])) << word;
        if (word.find("tail") != word.npos) {
          alike.emplace(word.substr(0, 2), split);
        }
        if (word.find("alike") == word.npos) all[word] += count;
      }
    }
    EXPECT_EQ(of_class, std::vector<std::size_t>(5, of_class[0]));
  }
  // Five languages of 181 paragraphs with 20 words; windows cut some, and end
  // before the text does.
  EXPECT_GT(all.size(), 5u * 181 * 20 * 7 / 10);
  std::set<std::string> again, mixed;
  for (const auto& [word, count] : all) {
    EXPECT_EQ(count, 1) << word;
    EXPECT_EQ(word.find("common"), word.npos);
    if (word.find("again") != word.npos) again.insert(word.substr(0, 2));
    if (word.find("mixed") != word.npos) mixed.insert(word.substr(0, 2));
  }
  EXPECT_GE(again.size(), 4u);
  EXPECT_EQ(mixed, std::set<std::string>{"en"});
  EXPECT_GE(alike.size(), 4u);
  std::set<std::string> languages;
  for (const auto& [language, split] : alike) {
    EXPECT_TRUE(languages.insert(language).second) << "in two splits";
  }
}

TEST(Language, FilesThatAreWrongAreRefused) {
  const TextPackages packages;
  const auto refused = [&](const std::string& text,
                           std::initializer_list<std::string> parts) {
    expect_refused([&] { make_task(text, packages.root()); }, parts);
  };
  refused("language(bytes=4097)", {"bytes = 4097: allowed are 8 to 4096"});
  refused("language(bytes=4000)", {"manpages", "bytes of text, a window is"});
  const std::string page = packages.folder().path(packages.page("manpages", 1));
  packages.folder().write(packages.page("manpages", 1), "no gzip");
  refused("language", {page + ": no gzip file"});
  std::filesystem::remove(page);
  refused("language", {page + " is missing, which ", "manpages.list lists",
                       "apt-get install --reinstall manpages"});
  std::filesystem::remove(packages.folder().path(packages.list("manpages-de")));
  refused("language", {"manpages-de.list is missing; install it: apt-get "
                       "install manpages-de"});
}

}  // namespace
}  // namespace suite
