#include "io/runtime_dir.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "io/temporary_folder.hpp"

namespace troupe {
namespace {

namespace fs = std::filesystem;

class RuntimeDirTest : public testing::Test {
 protected:
  RuntimeDirTest() {
    for (const char* name : {"xdg", "run", "tmp"}) make(root_ / name, 0700);
    places_.run_user = root_ / "run";
    places_.temporary = root_ / "tmp";
    places_.user = ::geteuid();
  }

  static void make(const fs::path& folder, mode_t mode) {
    fs::create_directory(folder);
    ASSERT_EQ(::chmod(folder.c_str(), mode), 0);
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat facts{};
    EXPECT_EQ(::lstat(path.c_str(), &facts), 0);
    return facts.st_mode & 07777U;
  }
  [[nodiscard]] fs::path in_temporary() const {
    return places_.temporary / ("troupe-" + std::to_string(places_.user));
  }
  [[nodiscard]] fs::path of_user() const { return places_.run_user / std::to_string(places_.user); }

  const TemporaryFolder temporary_;
  const fs::path& root_ = temporary_.path();
  RuntimePlaces places_;
};

TEST_F(RuntimeDirTest, PrefersTheVariableThenRunUserThenTheTemporaryDirectory) {
  EXPECT_EQ(runtime_dir(places_).value(), in_temporary());
  make(of_user(), 0700);
  EXPECT_EQ(runtime_dir(places_).value(), of_user() / "troupe");
  places_.xdg_runtime_dir = root_ / "xdg";
  EXPECT_EQ(runtime_dir(places_).value(), root_ / "xdg/troupe");
}

TEST_F(RuntimeDirTest, MakesAPrivateFolderAndFindsItAgain) {
  const auto folder = runtime_dir(places_).value();
  EXPECT_EQ(mode_of(folder), 0700U);
  EXPECT_EQ(runtime_dir(places_).value(), folder);
}

TEST_F(RuntimeDirTest, RefusesAFolderThatOthersMayWrite) {
  make(in_temporary(), 0770);
  const auto error = runtime_dir(places_).error();
  EXPECT_EQ(error.code, ErrorCode::denied);
  EXPECT_NE(error.message.find("chmod 700"), std::string::npos) << error.message;
  make(in_temporary(), 0707);
  EXPECT_EQ(runtime_dir(places_).error().code, ErrorCode::denied);
  make(in_temporary(), 0750);
  EXPECT_TRUE(runtime_dir(places_).has_value()) << "reading does no harm: sockets are 0600";
}

TEST_F(RuntimeDirTest, RefusesAFolderOfSomebodyElse) {
  places_.user = ::geteuid() + 1;
  make(in_temporary(), 0700);
  const auto error = runtime_dir(places_).error();
  EXPECT_EQ(error.code, ErrorCode::denied);
  EXPECT_NE(error.message.find("belongs to user"), std::string::npos) << error.message;
}

TEST_F(RuntimeDirTest, RefusesALinkAndAFile) {
  make(root_ / "elsewhere", 0700);
  fs::create_directory_symlink(root_ / "elsewhere", in_temporary());
  EXPECT_EQ(runtime_dir(places_).error().code, ErrorCode::invalid_argument);
  fs::remove(in_temporary());
  std::ofstream(in_temporary()) << "x";
  EXPECT_EQ(runtime_dir(places_).error().code, ErrorCode::invalid_argument);
}

TEST_F(RuntimeDirTest, SaysWhatIsWrongWithTheVariable) {
  places_.xdg_runtime_dir = "relative/path";
  EXPECT_EQ(runtime_dir(places_).error().code, ErrorCode::invalid_argument);
  places_.xdg_runtime_dir = root_ / "missing";
  const auto error = runtime_dir(places_).error();
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_NE(error.message.find("XDG_RUNTIME_DIR"), std::string::npos) << error.message;
  make(root_ / "xdg", 0777);
  places_.xdg_runtime_dir = root_ / "xdg";
  EXPECT_EQ(runtime_dir(places_).error().code, ErrorCode::denied);
}

TEST_F(RuntimeDirTest, PassesOverARunUserFolderThatIsNotOurs) {
  make(of_user(), 0777);
  EXPECT_EQ(runtime_dir(places_).value(), in_temporary());
}

}  // namespace
}  // namespace troupe
