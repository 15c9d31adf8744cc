#include "training/tasks/texts/texts.h"

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "primitives/random.h"
#include "support/check.h"
#include "support/files.h"
#include "training/tasks/package_file.h"
#include "training/tasks/texts/roff.h"

namespace suite {
namespace {

constexpr std::uint64_t kMostBytes = 1 << 24;  // of a page

struct Language {
  const char* name;
  const char* package;
};

// Those with most text. All are written in Latin letters and have the same
// subjects: neither gives a language away.
constexpr Language kLanguages[] = {{"de", "manpages-de"},
                                   {"en", "manpages"},
                                   {"es", "manpages-es"},
                                   {"fr", "manpages-fr"},
                                   {"pl", "manpages-pl"}};
constexpr std::string_view kEnglish = "en";
constexpr std::size_t kCount = std::size(kLanguages);

bool is_page(std::string_view path) {
  return path.starts_with("/usr/share/man/") && path.ends_with(".gz");
}

// In the order of dpkg's list, which is that of the package. Other packages put
// pages into the same folders.
std::vector<std::string> pages_of(const std::string& root,
                                  const std::string& package) {
  const std::string list =
      path_of_package(root, "var/lib/dpkg/info/" + package + ".list", package);
  const std::string content = read_file(list);
  std::vector<std::string> pages;
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!is_page(line)) continue;
    const auto page = std::filesystem::path(root) / line.substr(1);
    std::error_code unreadable;
    // Links lead to pages that are listed, too.
    if (std::filesystem::is_symlink(page, unreadable)) continue;
    require(std::filesystem::exists(page, unreadable),
            "{} is missing, which {} lists; if /etc/dpkg/dpkg.cfg.d has a "
            "path-exclude of /usr/share/man, take it out: apt-get install "
            "--reinstall {}",
            page.string(), list, package);
    pages.push_back(page.string());
  }
  return pages;
}

struct Paragraph {
  std::size_t language;
  std::string text;
};

// Some pages are translated in part: what has English words in it is.
bool is_untranslated(std::string_view text) {
  return text.find(" the ") != text.npos || text.find(" of ") != text.npos ||
         text.find(" is ") != text.npos;
}

// Each once, in the order of the pages.
std::vector<Paragraph> read_paragraphs(const std::string& root) {
  constexpr std::size_t kSeveral = kCount;
  std::vector<Paragraph> all;
  std::unordered_map<std::string, std::size_t> language_of;
  for (std::size_t language = 0; language < kCount; ++language) {
    const bool is_english = kLanguages[language].name == kEnglish;
    for (const auto& page : pages_of(root, kLanguages[language].package)) {
      for (std::string& text : paragraphs_of(unpack(page, kMostBytes))) {
        if (!is_english && is_untranslated(text)) continue;
        const auto [seen, first] = language_of.emplace(text, language);
        if (first) {
          all.push_back({language, std::move(text)});
        } else if (seen->second != language) {
          seen->second = kSeveral;
        }
      }
    }
  }
  std::erase_if(all, [&](const Paragraph& each) {
    return language_of.at(each.text) == kSeveral;
  });
  return all;
}

// A tenth is held out, a tenth is for the test. What begins alike, as notes on
// translators and licences do, stays together.
Split split_of(std::string_view paragraph) {
  const std::uint64_t tenth = derive_seed(0, paragraph.substr(0, 40)) % 10;
  if (tenth == 0) return Split::test;
  return tenth == 1 ? Split::held_out : Split::train;
}

}  // namespace

std::vector<std::string> text_packages() {
  std::vector<std::string> packages;
  for (const Language& each : kLanguages) packages.push_back(each.package);
  return packages;
}

std::vector<std::string> Texts::languages() {
  std::vector<std::string> names;
  for (const Language& each : kLanguages) names.push_back(each.name);
  return names;
}

Texts::Texts(const std::string& root, std::size_t bytes) : bytes_(bytes) {
  of_split_.fill(std::vector<std::string>(kCount));
  for (const Paragraph& each : read_paragraphs(root)) {
    of_split_[static_cast<std::size_t>(split_of(each.text))][each.language] +=
        each.text + '\n';
  }
  for (const Split split : {Split::train, Split::held_out, Split::test}) {
    const auto& texts = of_split_[static_cast<std::size_t>(split)];
    std::size_t least = texts[0].size();
    for (std::size_t language = 0; language < kCount; ++language) {
      least = std::min(least, texts[language].size());
      require(texts[language].size() >= bytes,
              "{}: {} has {} bytes of text, a window is {}",
              kLanguages[language].package, name_of(split),
              texts[language].size(), bytes);
    }
    rounds_[static_cast<std::size_t>(split)] = least / bytes;
  }
}

std::uint64_t Texts::windows(Split split) const {
  return kCount * rounds_[static_cast<std::size_t>(split)];
}

std::string_view Texts::window(Split split, std::uint64_t number) const {
  const auto& texts = of_split_[static_cast<std::size_t>(split)];
  return std::string_view(texts[number % kCount])
      .substr(number / kCount * bytes_, bytes_);
}

}  // namespace suite
