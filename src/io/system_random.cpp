#include "io/system_random.hpp"

#include <cerrno>
#include <sys/random.h>

#include "base/check.hpp"

namespace troupe {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t count = ::getrandom(out.data(), out.size(), 0);
    if (count < 0) {
      CHECK(errno == EINTR, "getrandom fails only on kernels that we don't support");
      continue;
    }
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace troupe
