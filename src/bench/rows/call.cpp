// W10: a message handled and answered at engine.hpp, warm: deadline set, handle table live,
// post-return where the guest has one.

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "base/format.hpp"
#include "bench/rows/guest_rows.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

namespace troupe::bench {
namespace {

constexpr const char* no_op = "W10/no-op";

struct Case {
  std::string_view id;
  std::string_view guest;
  std::size_t bytes;
  double goal;  // Multiples of the no-op.
  std::string_view title;
};
constexpr Case cases[] = {
    {"W10/sdk/0B", "echo", 0, 4, "an empty message handled and answered, C SDK"},
    {"W10/sdk/1KiB", "echo", 1024, 5.5, "1 KiB handled and answered, C SDK"},
    {"W10/bindings/0B", "bindings_echo", 0, 7, "an empty message, generated C bindings"},
    {"W10/bindings/1KiB", "bindings_echo", 1024, 9, "1 KiB, generated C bindings"},
};

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows{NoOpProbe::info(no_op)};
  for (const Case& one : cases) {
    rows.push_back({.id = std::string(one.id),
                    .title = std::string(one.title),
                    .unit = "x",
                    .base = no_op,
                    .goal = one.goal});
  }
  return rows;
}

void measure(const Request& request, RawSink& sink) {
  GuestEngine engine;
  NoOpProbe probe;
  std::vector<Row> runnable{probe.row(no_op)};
  std::vector<std::unique_ptr<GuestLife>> lives;
  for (const Case& one : cases) {
    lives.push_back(std::make_unique<GuestLife>(*engine.compile(one.guest)));
    runnable.push_back(
        {.id = std::string(one.id),
         .run = [life = lives.back().get(), payload = Bytes(one.bytes)](
                    std::uint64_t messages) mutable { return life->echo(payload, messages); },
         .sum_each = one.bytes});
  }
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& call_block() {
  static constexpr Block block = {
      .name = "call", .title = "a message handled by a guest", .rows = rows, .measure = measure};
  return block;
}

}  // namespace troupe::bench
