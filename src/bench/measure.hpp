#pragma once
// What a measuring process does: probes, the rows of one block, probes again; all of it as lines.

#include <functional>
#include <string_view>

#include "bench/row.hpp"
#include "troupe/result.hpp"

namespace troupe::bench {

// Hands each line to `print`, without its newline.
// Errors: not_found (no such block, with those there are; or no row of it is called that). A row
//         whose counts are off is a line; it fails nothing else.
Result<void> measure_block(std::string_view name, const Request& request,
                           const std::function<void(std::string_view)>& print);

}  // namespace troupe::bench
