#include "bench/rows/folder.hpp"

#include <fstream>
#include <ios>
#include <string>
#include <system_error>

#include "base/check.hpp"

namespace troupe::bench {

Folder::Folder() {
  std::string path = std::filesystem::temp_directory_path() / "troupe-bench-XXXXXX";
  CHECK(::mkdtemp(path.data()) != nullptr, "a temporary folder can be made");
  path_ = path;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Folder::write(std::string_view name, BytesView content) const {
  auto file = path_ / name;
  std::ofstream stream(file, std::ios::binary);
  stream << as_text(content);
  stream.close();
  CHECK(!stream.fail(), "a file can be written");
  return file;
}

}  // namespace troupe::bench
