#pragma once
// Result (troupe/result.hpp) with the two macros that pass an error on. They are statements, not
// expressions, so that -Wpedantic stays on.

#include "troupe/result.hpp"

#define TROUPE_JOIN_(a, b) a##b
#define TROUPE_JOIN(a, b) TROUPE_JOIN_(a, b)

// TRY(call()); returns the error, or goes on.
#define TRY(...)                                                       \
  do {                                                                 \
    if (auto troupe_tried = (__VA_ARGS__); !troupe_tried) [[unlikely]] \
      return ::std::unexpected(::std::move(troupe_tried).error());     \
  } while (false)

// TRY_ASSIGN(auto x, call()); declares x, or returns the error.
#define TRY_ASSIGN(declaration, ...) \
  TROUPE_TRY_ASSIGN_(TROUPE_JOIN(troupe_tried_, __LINE__), declaration, __VA_ARGS__)
#define TROUPE_TRY_ASSIGN_(tried, declaration, ...)       \
  auto tried = (__VA_ARGS__);                             \
  if (!tried) [[unlikely]]                                \
    return ::std::unexpected(::std::move(tried).error()); \
  declaration = *::std::move(tried)
