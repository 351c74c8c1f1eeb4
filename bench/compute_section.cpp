// W13: guest code that computes, in our engine and in a wasmtime of its own with the same settings;
// as information against wasmtime's defaults and against this machine's code.

#include <memory>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/guest_rows.hpp"
#include "bench/sections.hpp"

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

Row native_row(const Kernel& kernel, const std::string& against) {
  return {.name = fmt::format("{}, native -O2", kernel.name),
          .run =
              [kernel](std::uint64_t runs) {
                Work work;
                for (; work.count < runs; ++work.count) work.sum += kernel.native(kernel.amount);
                return work;
              },
          .sum_each = kernel.native(kernel.amount),
          .against = against,
          .unit = "us"};
}

// Which pages a guest's memory got decides up to a tenth of a kernel's time: samples take turns
// over several guests.
constexpr std::size_t guests = 8;

Row bare_row(const Kernel& kernel, std::string_view label,
             const std::vector<BareInstance>& instances) {
  return {.name = fmt::format("{}, {}", kernel.name, label),
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
          .sum_each = kernel.native(kernel.amount),
          .unit = "us"};
}

Row our_row(const Kernel& kernel, const std::string& against,
            const std::vector<std::unique_ptr<GuestLife>>& lives) {
  return {.name = fmt::format("{}, troupe", kernel.name),
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
          .sum_each = kernel.native(kernel.amount),
          .against = against,
          .goal = goal_times,
          .unit = "us"};
}

std::vector<BareInstance> instances_of(const bare_module& module, const Kernel& kernel) {
  const std::string function = fmt::format("kernel_{}", kernel.name);
  std::vector<BareInstance> instances;
  for (std::size_t guest = 0; guest < guests; ++guest)
    instances.emplace_back(bare_instance_new(&module, function.c_str()));
  return instances;
}

}  // namespace

void run_compute(const Section& section, const Settings& settings, Report& report) {
  GuestEngine engine;
  const auto code = engine.compile("compute");
  std::vector<std::unique_ptr<GuestLife>> lives;
  for (std::size_t guest = 0; guest < guests; ++guest)
    lives.push_back(std::make_unique<GuestLife>(*code));
  const BareModule same = bare_module_of("compute", bare_same);
  const BareModule defaults = bare_module_of("compute", bare_defaults);
  for (const Kernel& kernel : kernels) {
    const std::vector<BareInstance> same_instances = instances_of(*same, kernel);
    const std::vector<BareInstance> default_instances = instances_of(*defaults, kernel);
    Row bare = bare_row(kernel, "bare", same_instances);
    const Row ours = our_row(kernel, bare.name, lives);
    Row with_defaults = bare_row(kernel, "wasmtime's defaults", default_instances);
    with_defaults.against = bare.name;
    const Row native = native_row(kernel, bare.name);
    // Every guest's memory is touched for the first time before anything is timed.
    for (const Row& row : {ours, bare, with_defaults})
      for (std::size_t guest = 0; guest < guests; ++guest) (void)row.run(1);
    compare(settings.run, std::string(section.name), {bare, ours, with_defaults, native}, report);
  }
}

}  // namespace troupe::bench
