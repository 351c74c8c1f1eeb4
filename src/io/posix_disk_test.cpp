#include "io/posix_disk.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "io/temporary_folder.hpp"

namespace troupe {
namespace {

class PosixDiskTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return folder_ / name;
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
  PosixDisk disk_;
};

TEST_F(PosixDiskTest, ReadsAWholeFile) {
  EXPECT_EQ(disk_.read_file(write("empty", ""), 10).value(), Bytes());
  EXPECT_EQ(disk_.read_file(write("text", "hello"), 10).value(), to_bytes("hello"));
  const std::string large(1'000'003, 'x');
  EXPECT_EQ(disk_.read_file(write("large", large), limits::MiB).value(), to_bytes(large));
}

TEST_F(PosixDiskTest, ReadsUpToTheBoundAndNoFurther) {
  const auto path = write("ten", "0123456789");
  EXPECT_FALSE(disk_.read_file(path, 9).has_value());
  EXPECT_TRUE(disk_.read_file(path, 10).has_value());
  EXPECT_TRUE(disk_.read_file(path, 11).has_value());
  const auto error = disk_.read_file(path, 9).error();
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_NE(error.message.find("larger than 9B"), std::string::npos) << error.message;
}

TEST_F(PosixDiskTest, ReadsFilesWhoseSizeTheKernelDoesNotKnow) {
  const auto content = disk_.read_file("/proc/self/status", limits::MiB);
  ASSERT_TRUE(content.has_value());
  EXPECT_GT(content->size(), 100U);
  EXPECT_FALSE(disk_.read_file("/proc/self/status", 100).has_value());
}

TEST_F(PosixDiskTest, SaysWhatIsWrong) {
  const auto missing = disk_.read_file(folder_ / "missing", 10).error();
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_NE(missing.message.find("there is no file '" + (folder_ / "missing").native() + "'"),
            std::string::npos);
  EXPECT_EQ(disk_.read_file(write("file", "") / "below", 10).error().code, ErrorCode::not_found);

  const auto is_folder = disk_.read_file(folder_, 10).error();
  EXPECT_EQ(is_folder.code, ErrorCode::invalid_argument);
  EXPECT_NE(is_folder.message.find("is a folder"), std::string::npos);

  std::filesystem::create_symlink("loop", folder_ / "loop");
  EXPECT_EQ(disk_.read_file(folder_ / "loop", 10).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(disk_.read_file(std::string(5000, 'x'), 10).error().code, ErrorCode::invalid_argument);
}

TEST_F(PosixDiskTest, DoesNotWaitForAPipe) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(disk_.read_file(pipe, 10).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(disk_.read_file("/dev/zero", 10).error().code, ErrorCode::invalid_argument);
}

// As the superuser, who may read everything, this shows the file read; the words of the refusal are
// shown by DiskErrors.
TEST_F(PosixDiskTest, ReadsOnlyWhatItMay) {
  const auto path = write("secret", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const auto content = disk_.read_file(path, 10);
  if (::geteuid() == 0) {
    EXPECT_TRUE(content.has_value());
  } else {
    EXPECT_EQ(content.error().code, ErrorCode::denied);
  }
}

TEST_F(PosixDiskTest, ListsAFolderInOrder) {
  write("b", "");
  write("a", "");
  std::filesystem::create_directory(folder_ / "c");
  EXPECT_EQ(disk_.list(folder_).value(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(disk_.list(folder_ / "missing").error().code, ErrorCode::not_found);
}

TEST_F(PosixDiskTest, ReplacesAFileAndMakesItsFolders) {
  const auto path = folder_ / "new" / "folder" / "file";
  ASSERT_TRUE(disk_.replace_file(path, to_bytes("one"), Disk::Mode::data).has_value());
  EXPECT_EQ(disk_.read_file(path, 10).value(), to_bytes("one"));
  ASSERT_TRUE(disk_.replace_file(path, to_bytes("two"), Disk::Mode::program).has_value());
  EXPECT_EQ(disk_.read_file(path, 10).value(), to_bytes("two"));
  EXPECT_EQ(::access(path.c_str(), X_OK), 0);
  EXPECT_EQ(disk_.list(path.parent_path()).value(), std::vector<std::string>{"file"})
      << "nothing is left beside it";
}

TEST_F(PosixDiskTest, LeavesWhatWasThereIfItCanNotReplaceIt) {
  std::filesystem::create_directory(folder_ / "taken");
  const auto refused = disk_.replace_file(folder_ / "taken", to_bytes("x"), Disk::Mode::data);
  EXPECT_FALSE(refused.has_value());
  EXPECT_EQ(disk_.list(folder_).value(), std::vector<std::string>{"taken"});
  EXPECT_FALSE(
      disk_.replace_file(write("file", "") / "below", to_bytes("x"), Disk::Mode::data).has_value());
}

TEST_F(PosixDiskTest, AppendsToAFile) {
  const auto path = folder_ / "log" / "lines";
  ASSERT_TRUE(disk_.append_file(path, to_bytes("a\n")).has_value());
  ASSERT_TRUE(disk_.append_file(path, to_bytes("b\n")).has_value());
  EXPECT_EQ(disk_.read_file(path, 10).value(), to_bytes("a\nb\n"));
  EXPECT_EQ(disk_.append_file(folder_, to_bytes("x")).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace troupe
