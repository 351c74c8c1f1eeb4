#pragma once
// CHECK: a bug of ours ends the process, in every build, before it can spread.

#include <source_location>
#include <string_view>

namespace troupe::detail {
[[noreturn]] void check_failed(std::string_view expression, std::string_view why,
                               std::source_location where = std::source_location::current());
}

// CHECK(condition) or CHECK(condition, "why it must hold").
#define CHECK(condition, ...)                                                      \
  do {                                                                             \
    if (!(condition)) [[unlikely]]                                                 \
      ::troupe::detail::check_failed(#condition, ::std::string_view{__VA_ARGS__}); \
  } while (false)
