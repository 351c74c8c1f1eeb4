#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace troupe::detail {

// Straight to stderr, without allocation: the heap may be what broke.
void check_failed(std::string_view expression, std::string_view why, std::source_location where) {
  (void)std::fprintf(
      stderr, "CHECK failed: %.*s%s%.*s%s\n  at %s:%u in %s\n", static_cast<int>(expression.size()),
      expression.data(), why.empty() ? "" : " (", static_cast<int>(why.size()), why.data(),
      why.empty() ? "" : ")", where.file_name(), where.line(), where.function_name());
  (void)std::fflush(stderr);
  std::abort();
}

}  // namespace troupe::detail
