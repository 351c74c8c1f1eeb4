// W13: guest code that computes, in our engine and in a wasmtime of its own with the same settings;
// as information against wasmtime's defaults and against this machine's code.

#include <string>

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

Row bare_row(const Kernel& kernel, std::string_view label, bare_instance& instance) {
  return {.name = fmt::format("{}, {}", kernel.name, label),
          .run =
              [kernel, &instance](std::uint64_t runs) {
                Work work;
                for (; work.count < runs; ++work.count) {
                  bare_value values[1];
                  values[0].i32 = kernel.amount;
                  if (!bare_call(&instance, values, 1)) break;
                  work.sum += values[0].i32;
                }
                return work;
              },
          .sum_each = kernel.native(kernel.amount),
          .unit = "us"};
}

Row our_row(const Kernel& kernel, const std::string& against, GuestLife& life) {
  return {.name = fmt::format("{}, troupe", kernel.name),
          .run =
              [order = to_bytes(fmt::format("{} {}", kernel.name, kernel.amount)),
               &life](std::uint64_t runs) {
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

}  // namespace

void run_compute(const Section& section, const Settings& settings, Report& report) {
  GuestEngine engine;
  const auto code = engine.compile("compute");
  GuestLife life(*code);
  const BareModule same = bare_module_of("compute", bare_same);
  const BareModule defaults = bare_module_of("compute", bare_defaults);
  for (const Kernel& kernel : kernels) {
    const std::string function = fmt::format("kernel_{}", kernel.name);
    const BareInstance same_instance(bare_instance_new(same.get(), function.c_str()));
    const BareInstance default_instance(bare_instance_new(defaults.get(), function.c_str()));
    Row bare = bare_row(kernel, "bare", *same_instance);
    const Row ours = our_row(kernel, bare.name, life);
    Row with_defaults = bare_row(kernel, "wasmtime's defaults", *default_instance);
    with_defaults.against = bare.name;
    const Row native = native_row(kernel, bare.name);
    compare(settings.run, std::string(section.name), {bare, ours, with_defaults, native}, report);
  }
}

}  // namespace troupe::bench
