#pragma once
// The guests of the rows, inside the program: what is measured is what was built with it.

#include <string_view>

#include "troupe/bytes.hpp"

namespace troupe::bench {

// The module `name`, one of those that guests.cpp lists.
// REQUIRES: there is such a guest
[[nodiscard]] BytesView guest(std::string_view name);

}  // namespace troupe::bench
