#include "engine/wasmtime/result_reader.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace troupe::wasmtime {

std::optional<std::string> ResultReader::text(std::uint32_t offset) {
  const auto view = bytes(offset);
  if (!view) return std::nullopt;
  const std::string_view found = as_text(*view);
  if (!is_utf8(found)) {
    violate(fmt::format("the string at {} of the result is not UTF-8", u32(offset)));
    return std::nullopt;
  }
  return std::string(utf8_prefix(found, limits::error_text_bytes_max));
}

}  // namespace troupe::wasmtime
