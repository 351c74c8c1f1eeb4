#pragma once
// The kinds of actors that a workload is measured with, each a column of the table of workloads.

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "bench/row.hpp"

namespace troupe::bench {

struct ActorKind {
  std::string_view name;    // In a row's id.
  std::string_view actors;  // In its title.
  bool is_guest = false;

  // What stands for classes of this program, or what stands for guests.
  template <typename T>
  [[nodiscard]] constexpr T choose(T native, T guest) const {
    return is_guest ? guest : native;
  }
};

inline constexpr ActorKind native_kind{.name = "native", .actors = "native actors"};
#if TROUPE_HAS_WASMTIME
inline constexpr ActorKind guest_kind{.name = "wasm", .actors = "C guests", .is_guest = true};
inline constexpr std::array actor_kinds{native_kind, guest_kind};
#else
inline constexpr std::array actor_kinds{native_kind};
#endif

// The rows of `table(kind)`, for each kind that this build has.
template <typename Table>
std::vector<RowInfo> rows_of_kinds(const Table& table) {
  std::vector<RowInfo> rows;
  for (const ActorKind& kind : actor_kinds)
    std::ranges::move(table(kind), std::back_inserter(rows));
  return rows;
}

}  // namespace troupe::bench
