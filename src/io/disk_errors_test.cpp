#include "io/disk_errors.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(DiskErrors, AreNamedByWhatToDo) {
  EXPECT_EQ(fail_with_errno("a", "open", ENOENT).error().code, ErrorCode::not_found);
  EXPECT_EQ(fail_with_errno("a", "read", EISDIR).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(fail_with_errno("a", "open", EIO).error().code, ErrorCode::internal);
  const Error denied = fail_with_errno("a\n", "open", EACCES).error();
  EXPECT_EQ(denied.code, ErrorCode::denied);
  EXPECT_EQ(denied.message,
            "can't open 'a\\n': Permission denied; check the permissions of the file and its "
            "folders");
}

}  // namespace
}  // namespace troupe
