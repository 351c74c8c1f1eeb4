#include "io/temporary_folder.hpp"

#include <fstream>
#include <ios>
#include <string>
#include <system_error>

#include "base/check.hpp"

namespace troupe {

TemporaryFolder::TemporaryFolder() {
  std::string path = std::filesystem::temp_directory_path() / "troupe-XXXXXX";
  CHECK(::mkdtemp(path.data()) != nullptr, "a temporary folder can be made");
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name, BytesView content) const {
  auto file = path_ / name;
  std::ofstream stream(file, std::ios::binary);
  stream << as_text(content);
  stream.close();
  CHECK(!stream.fail(), "a file can be written");
  return file;
}

}  // namespace troupe
