#include "bench/rows/crash_books.hpp"

#include <chrono>

#include "base/format.hpp"

namespace troupe::bench {

std::function<void(const ExitEvent&)> CrashBooks::on_end() {
  return [this](const ExitEvent& event) {
    const bool is_restart =
        event.exit.kind == Exit::Kind::crashed && event.decision.starts_with("restarted");
    ++(is_restart ? restarts_ : others_);
  };
}

Result<void> CrashBooks::audit(BenchNode& node, std::span<const Address> actors,
                               std::uint64_t crashes, std::uint64_t with_each) {
  // The next life answers before the node has told of the end of the one before.
  using std::chrono::milliseconds;
  const std::uint64_t ends = crashes * (1 + with_each);
  for (int tries = 0; restarts_ + others_ < ends && tries < 10'000; ++tries)
    node.idle(milliseconds(1));
  if (restarts_ != crashes || others_ != ends - crashes) {
    return fail(ErrorCode::internal,
                fmt::format("{} crashes were ordered; {} were followed by a restart, and {} other "
                            "lives have ended",
                            crashes, restarts_.load(), others_.load()));
  }
  std::uint64_t lives = 0;
  for (const Address actor : actors) {
    const auto status = node.runtime().actor(actor);
    if (!status) return std::unexpected(status.error());
    lives += status->lives;
  }
  if (lives == ends + actors.size()) return {};
  return fail(ErrorCode::internal, fmt::format("{} actors crashed {} times and lived {} times",
                                               actors.size(), crashes, lives));
}

}  // namespace troupe::bench
