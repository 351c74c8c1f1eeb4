#include "base/limits.hpp"
#include "runtime/app.hpp"

namespace troupe {

Quotas default_quotas() {
  return {.requests = limits::requests_default,
          .timers = limits::timers_default,
          .children = limits::children_default,
          .payload_bytes = limits::payload_bytes_default};
}

}  // namespace troupe
