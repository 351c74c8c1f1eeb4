#include "io/sim_disk.hpp"

#include <algorithm>

#include "io/disk_errors.hpp"

namespace troupe {
namespace {

// What of `path` lies directly in `folder`: the name of the file or of the folder on its way.
// Empty if it lies elsewhere.
std::string name_within(const std::filesystem::path& folder, const std::filesystem::path& path) {
  const auto relative = path.lexically_relative(folder);
  if (relative.empty()) return {};
  const std::string name = relative.begin()->native();
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace

void SimDisk::write(const std::filesystem::path& path, Bytes content) {
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(path.lexically_normal(), Result<Bytes>(std::move(content)));
}

void SimDisk::remove(const std::filesystem::path& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path.lexically_normal());
}

void SimDisk::fail_reads(const std::filesystem::path& path, Error error) {
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(path.lexically_normal(),
                          Result<Bytes>(std::unexpected(std::move(error))));
}

Result<Bytes> SimDisk::read_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  const std::lock_guard lock(mutex_);
  const auto normal = path.lexically_normal();
  const auto found = files_.find(normal);
  if (found == files_.end()) {
    const bool is_folder = std::ranges::any_of(
        files_, [&](const auto& file) { return !name_within(normal, file.first).empty(); });
    return is_folder ? fail_is_a_folder(path) : fail_no_such_file(path);
  }
  if (found->second && found->second->size() > bytes_max) {
    return fail_file_too_large(path, bytes_max);
  }
  return found->second;
}

Result<std::vector<std::string>> SimDisk::list(const std::filesystem::path& folder) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, content] : files_) {
    const std::string name = name_within(folder.lexically_normal(), path);
    if (!name.empty()) names.push_back(name);
  }
  if (names.empty()) return fail_no_such_file(folder);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Result<void> SimDisk::replace_file(const std::filesystem::path& path, BytesView content, Mode) {
  write(path, Bytes(content.begin(), content.end()));
  return {};
}

Result<void> SimDisk::append_file(const std::filesystem::path& path, BytesView content) {
  const std::lock_guard lock(mutex_);
  Result<Bytes>& file = files_[path.lexically_normal()];
  if (!file) return std::unexpected(file.error());
  file->insert(file->end(), content.begin(), content.end());
  return {};
}

}  // namespace troupe
