// Whatever a measuring process prints: a line is refused, or what was read is written and read
// again alike.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/check.hpp"
#include "bench/raw.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::bench;
  const auto parsed = parse_raw_line({reinterpret_cast<const char*>(data), size});
  if (!parsed || !std::holds_alternative<RawRow>(*parsed)) return 0;
  const auto& row = std::get<RawRow>(*parsed);
  const auto again = parse_raw_line(to_line(row));
  CHECK(again.has_value() && std::holds_alternative<RawRow>(*again));
  if (row.failed.empty()) CHECK(figures(std::get<RawRow>(*again)) == figures(row));
  return 0;
}
