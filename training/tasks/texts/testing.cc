#include "training/tasks/texts/testing.h"

#include <filesystem>

#include "training/tasks/testing.h"

namespace suite {
namespace {

// Twenty words of a language, none of which stands elsewhere.
std::string paragraph(const std::string& language, std::size_t number) {
  static const std::string kLetters = "abcdefghij";
  std::string text;
  for (std::size_t word = 0; word < 20; ++word) {
    text += (word == 0 ? "" : " ") + language;
    for (std::size_t rest = number * 20 + word; rest > 0; rest /= 10) {
      text += kLetters[rest % 10];
    }
  }
  return text;
}

}  // namespace

TextPackages::TextPackages() {
  const std::string packages[] = {"manpages-de", "manpages", "manpages-es",
                                  "manpages-fr", "manpages-pl"};
  for (const std::string& package : packages) {
    const std::string language =
        package == "manpages" ? "en" : package.substr(9);
    std::string files = "/.\n/usr\n/usr/share/doc/" + package + "/NEWS.gz\n";
    for (std::size_t i = 0; i < kPages; ++i) {
      std::string content = ".TH PAGE 1\n.SH NAME\n";
      for (std::size_t p = 0; p < kParagraphs; ++p) {
        content += paragraph(language, i * kParagraphs + p) + "\n.PP\n";
      }
      // Once a page, in all languages, in English, and twelve that begin alike.
      content += paragraph(language + "again", 1) + "\n.PP\n";
      content += paragraph("common", 1) + "\n.PP\n";
      content += paragraph(language + "mixed", i) + " of it\n";
      for (std::size_t p = 0; p < 4; ++p) {
        content += ".PP\n" + paragraph(language + "alike", 1) + " " + language +
                   "tail" + static_cast<char>('a' + 4 * i + p) + "\n";
      }
      write_packed(folder_, page(package, i), content);
      files += "/" + page(package, i) + "\n";
    }
    const std::string link = "usr/share/man/" + package + "/link.1.gz";
    std::filesystem::create_symlink("nowhere.1.gz", folder_.path(link));
    files += "/" + link + "\n";
    std::filesystem::create_directories(folder_.path("var/lib/dpkg/info"));
    folder_.write(list(package), files);
  }
}

std::string TextPackages::page(const std::string& package,
                               std::size_t number) const {
  return "usr/share/man/" + package + "/page" + std::to_string(number) +
         ".1.gz";
}

std::string TextPackages::list(const std::string& package) const {
  return "var/lib/dpkg/info/" + package + ".list";
}

}  // namespace suite
