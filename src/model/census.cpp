#include "model/census.hpp"

namespace troupe {

// Acquire and release: who frees it comes after all that others have done with it.
void Census::drop(std::uint64_t what) {
  if (state_.fetch_sub(what, std::memory_order_acq_rel) == what) {
    const std::unique_ptr<Census> freed(this);
  }
}

}  // namespace troupe
