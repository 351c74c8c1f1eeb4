#include "io/sim_disk.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(SimDisk, ReadsBackWhatWasWritten) {
  SimDisk disk;
  disk.write("app/a.wasm", to_bytes("content"));
  EXPECT_EQ(disk.read_file("app/a.wasm", 7).value(), to_bytes("content"));
  EXPECT_EQ(disk.read_file("app/./x/../a.wasm", 7).value(), to_bytes("content"));
  disk.remove("app/a.wasm");
  EXPECT_EQ(disk.read_file("app/a.wasm", 7).error().code, ErrorCode::not_found);
}

TEST(SimDisk, FailsInTheWordsOfTheRealOne) {
  SimDisk disk;
  disk.write("app/a.wasm", to_bytes("content"));
  EXPECT_EQ(disk.read_file("app/b.wasm", 7).error().message,
            "there is no file 'app/b.wasm'; check the path");
  EXPECT_EQ(disk.read_file("app", 7).error().message,
            "'app' is a folder, not a file; name a file in it");
  EXPECT_EQ(disk.read_file("app/a.wasm", 6).error().message,
            "'app/a.wasm' is larger than 6B, the most that is read; is it the right file?");
}

TEST(SimDisk, FailsOnPurposeUntilWrittenAgain) {
  SimDisk disk;
  disk.write("a", to_bytes("1"));
  disk.fail_reads("a", {.code = ErrorCode::internal, .message = "the disk is broken"});
  EXPECT_EQ(disk.read_file("a", 7).error().message, "the disk is broken");
  disk.write("a", to_bytes("2"));
  EXPECT_EQ(disk.read_file("a", 7).value(), to_bytes("2"));
}

TEST(SimDisk, ListsFilesAndFoldersOnce) {
  SimDisk disk;
  for (const char* path : {"app/b", "app/c/d", "app/c/e", "other/f"}) disk.write(path, {});
  EXPECT_EQ(disk.list("app").value(), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(disk.list("nowhere").error().code, ErrorCode::not_found);
}

TEST(SimDisk, ReplacesAndAppends) {
  SimDisk disk;
  ASSERT_TRUE(disk.append_file("/log", to_bytes("a")).has_value());
  ASSERT_TRUE(disk.append_file("/log", to_bytes("b")).has_value());
  EXPECT_EQ(disk.read_file("/log", 10).value(), to_bytes("ab"));
  ASSERT_TRUE(disk.replace_file("/log", to_bytes("c"), Disk::Mode::data).has_value());
  EXPECT_EQ(disk.read_file("/log", 10).value(), to_bytes("c"));
}

}  // namespace
}  // namespace troupe
