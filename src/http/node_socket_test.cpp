// Who owns a node's name: one live process, whatever dead ones left behind.

#include "http/node_socket.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "io/temporary_folder.hpp"

namespace troupe {
namespace {

class NodeSockets : public testing::Test {
 protected:
  // What is left when a node is killed: both files, and nobody who holds them.
  void leave_behind(std::string_view node) const {
    ASSERT_TRUE(listen_unix(socket_path(folder_, node)).has_value());
    std::ofstream(folder_ / (std::string(node) + ".lock")) << "999999\n";
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    const auto nodes = running_nodes(folder_);
    EXPECT_TRUE(nodes.has_value());
    for (const RunningNode& node : *nodes) names.push_back(node.name);
    return names;
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

TEST_F(NodeSockets, AreForTheirOwnerOnly) {
  const auto claim = NodeSocket::claim(folder_, "bank");
  ASSERT_TRUE(claim.has_value()) << claim.error().message;
  struct stat status{};
  ASSERT_EQ(::stat(claim->path().c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_uid, ::geteuid());
}

TEST_F(NodeSockets, AreRefusedWhileTheNodeLives) {
  const auto claim = NodeSocket::claim(folder_, "bank");
  ASSERT_TRUE(claim.has_value());
  const auto second = NodeSocket::claim(folder_, "bank");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::already_exists);
  EXPECT_TRUE(second.error().message.contains(fmt::format("process {}", ::getpid())))
      << second.error().message;
  EXPECT_TRUE(NodeSocket::claim(folder_, "shop").has_value());
}

TEST_F(NodeSockets, AreRefusedToASecondListenerWithoutALock) {
  const auto other = listen_unix(socket_path(folder_, "bank"));
  ASSERT_TRUE(other.has_value());
  const auto claim = NodeSocket::claim(folder_, "bank");
  ASSERT_FALSE(claim.has_value());
  EXPECT_EQ(claim.error().code, ErrorCode::already_exists);
  EXPECT_TRUE(claim.error().message.contains(fmt::format("process {}", ::getpid())));
}

TEST_F(NodeSockets, GoWithTheirOwner) {
  {
    ASSERT_TRUE(NodeSocket::claim(folder_, "bank").has_value());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_TRUE(NodeSocket::claim(folder_, "bank").has_value());
}

TEST_F(NodeSockets, OfDeadNodesAreReplaced) {
  leave_behind("bank");
  const auto claim = NodeSocket::claim(folder_, "bank");
  ASSERT_TRUE(claim.has_value()) << claim.error().message;
  EXPECT_EQ(names(), std::vector<std::string>{"bank"});
}

TEST_F(NodeSockets, OfDeadNodesAreSweptFromTheList) {
  leave_behind("bank");
  leave_behind("shop");
  const auto claim = NodeSocket::claim(folder_, "farm");
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(names(), std::vector<std::string>{"farm"});
  EXPECT_FALSE(std::filesystem::exists(socket_path(folder_, "bank")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "shop.lock"));
}

TEST_F(NodeSockets, AreNotSweptWhileSomebodyIsAboutToListen) {
  leave_behind("bank");
  const FileDescriptor lock(::open((folder_ / "bank.lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::flock(lock.number(), LOCK_EX | LOCK_NB), 0);
  EXPECT_TRUE(names().empty());
  EXPECT_TRUE(std::filesystem::exists(socket_path(folder_, "bank")));
}

TEST_F(NodeSockets, DoNotReplaceOtherFiles) {
  std::ofstream(socket_path(folder_, "bank")) << "precious";
  const auto claim = NodeSocket::claim(folder_, "bank");
  ASSERT_FALSE(claim.has_value());
  EXPECT_TRUE(claim.error().message.contains("is not a socket"));
  EXPECT_TRUE(std::filesystem::exists(socket_path(folder_, "bank")));
  EXPECT_TRUE(names().empty());
}

TEST_F(NodeSockets, SayWhenThePathIsTooLong) {
  const auto folder = folder_ / std::string(100, 'd');
  std::filesystem::create_directory(folder);
  const auto claim = NodeSocket::claim(folder, "bank");
  ASSERT_FALSE(claim.has_value());
  EXPECT_EQ(claim.error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(claim.error().message.contains("XDG_RUNTIME_DIR"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(NodeSockets, OfAFolderThatIsNotThereAreNone) {
  const auto nodes = running_nodes(folder_ / "nowhere");
  ASSERT_TRUE(nodes.has_value());
  EXPECT_TRUE(nodes->empty());
}

TEST_F(NodeSockets, RefuseConnectionsByErrno) {
  EXPECT_EQ(connect_unix(folder_ / "none.sock").error(), ENOENT);
  leave_behind("bank");
  EXPECT_EQ(connect_unix(socket_path(folder_, "bank")).error(), ECONNREFUSED);
}

}  // namespace
}  // namespace troupe
