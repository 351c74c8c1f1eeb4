// W13: guest code that computes, in our engine and in a wasmtime of its own with the same settings;
// as information against wasmtime's defaults and against this machine's code.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "bench/rows/guest_rows.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"

extern "C" {
#include "bench/guests/kernels.h"
}

namespace troupe::bench {
namespace {

struct Kernel {
  std::string_view name;
  std::uint32_t amount;  // About a millisecond of work.
  std::uint32_t (*native)(std::uint32_t);
};
constexpr Kernel kernels[] = {{"sieve", 200'000, kernel_sieve},
                              {"hash", 300'000, kernel_hash},
                              {"matmul", 2, kernel_matmul},
                              {"crc", 2, kernel_crc},
                              {"fib", 24, kernel_fib}};

// 98 % of the speed.
constexpr double goal_times = 1 / 0.98;

// Which pages a guest's memory got decides up to a tenth of a kernel's time: samples take turns
// over several guests.
constexpr std::size_t guests = 8;

std::string id_of(const Kernel& kernel, std::string_view who) {
  return fmt::format("W13/{}/{}", kernel.name, who);
}

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows;
  for (const Kernel& kernel : kernels) {
    const std::string base = id_of(kernel, "wasmtime");
    const auto add = [&](std::string_view who, std::string_view what, std::optional<double> goal) {
      rows.push_back({.id = id_of(kernel, who),
                      .title = fmt::format("the kernel {}, {}", kernel.name, what),
                      .unit = "x",
                      .base = base,
                      .goal = goal});
    };
    rows.push_back(
        {.id = base,
         .title = fmt::format("the kernel {}, wasmtime with our settings", kernel.name)});
    add("troupe", "in an actor", goal_times);
    add("defaults", "wasmtime's defaults", std::nullopt);
    add("native", "C with -O2", std::nullopt);
  }
  return rows;
}

using Lives = std::vector<std::unique_ptr<GuestLife>>;

Row native_row(const Kernel& kernel) {
  return {.id = id_of(kernel, "native"),
          .run =
              [kernel](std::uint64_t runs) {
                Work work;
                for (; work.count < runs; ++work.count) work.sum += kernel.native(kernel.amount);
                return work;
              },
          .sum_each = kernel.native(kernel.amount)};
}

Row bare_row(const Kernel& kernel, std::string_view who,
             const std::vector<BareInstance>& instances) {
  return {.id = id_of(kernel, who),
          .run =
              [kernel, &instances, turn = std::size_t{0}](std::uint64_t runs) mutable {
                bare_instance* const instance = instances[turn++ % guests].get();
                Work work;
                for (; work.count < runs; ++work.count) {
                  bare_value values[1];
                  values[0].i32 = kernel.amount;
                  if (!bare_call(instance, values, 1)) break;
                  work.sum += values[0].i32;
                }
                return work;
              },
          .sum_each = kernel.native(kernel.amount)};
}

Row our_row(const Kernel& kernel, const Lives& lives) {
  return {.id = id_of(kernel, "troupe"),
          .run =
              [order = to_bytes(fmt::format("{} {}", kernel.name, kernel.amount)), &lives,
               turn = std::size_t{0}](std::uint64_t runs) mutable {
                GuestLife& life = *lives[turn++ % guests];
                Work work;
                for (; work.count < runs; ++work.count) {
                  if (life.instance().handle(life.host(), order).kind != Reply::Kind::answered)
                    break;
                  work.sum += life.host().last();
                }
                return work;
              },
          .sum_each = kernel.native(kernel.amount)};
}

std::vector<BareInstance> instances_of(const bare_module& module, const Kernel& kernel) {
  const std::string function = fmt::format("kernel_{}", kernel.name);
  std::vector<BareInstance> instances;
  instances.reserve(guests);
  for (std::size_t guest = 0; guest < guests; ++guest)
    instances.emplace_back(bare_instance_new(&module, function.c_str()));
  return instances;
}

void measure(const Request& request, RawSink& sink) {
  GuestEngine engine;
  const auto code = engine.compile("compute");
  Lives lives;
  for (std::size_t guest = 0; guest < guests; ++guest)
    lives.push_back(std::make_unique<GuestLife>(*code));
  const BareModule same = bare_module_of("compute", bare_same);
  const BareModule defaults = bare_module_of("compute", bare_defaults);
  for (const Kernel& kernel : kernels) {
    if (!request.wants(id_of(kernel, "wasmtime"))) continue;
    const std::vector<BareInstance> same_instances = instances_of(*same, kernel);
    const std::vector<BareInstance> default_instances = instances_of(*defaults, kernel);
    std::vector<Row> runnable{bare_row(kernel, "wasmtime", same_instances), our_row(kernel, lives),
                              bare_row(kernel, "defaults", default_instances), native_row(kernel)};
    // Every guest's memory is touched for the first time before anything is timed.
    for (const Row& row : runnable)
      for (std::size_t guest = 0; guest < guests; ++guest) (void)row.run(1);
    sample(request, std::move(runnable), sink);
  }
}

}  // namespace

const Block& compute_block() {
  static constexpr Block block = {.name = "compute",
                                  .title = "guest code that computes, against a bare wasmtime",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
