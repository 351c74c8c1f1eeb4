// W14: actors found in the node's registry, by one thread and by two at once: by their names in
// random order, and by address. The registry alone: no actor is behind an entry. Beside it, what
// any registry would cost: tables of one thread that never change, with all that is looked for in
// one cache line.

#include "router/registry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "bench/primitives.hpp"
#include "bench/rows/bare_registry.hpp"
#include "bench/rows/rows.hpp"
#include "bench/sampler.hpp"
#include "bench/two_cpus.hpp"

namespace troupe::bench {
namespace {

constexpr std::uint64_t order_seed = 14;
// Goals in ns stand for multiples of an atomic add, which took so long where they were set. (The
// peer named beside them finds one and the same key.)
constexpr double add_ns = 5.7;
constexpr double address_goal_ns = 2;
// Two threads find at least 1.8 times as many as one.
constexpr double two_threads_goal = 1 / 1.8;

// Look-ups by two threads at a time: the second one is made for them.
constexpr std::uint64_t at_once = 10'000;

struct Size {
  std::string_view name;
  std::uint32_t names = 0;
  double goal_ns = 0;
};
constexpr std::array sizes{Size{.name = "1k", .names = 1'000, .goal_ns = 15},
                           Size{.name = "100k", .names = 100'000, .goal_ns = 30},
                           Size{.name = "1M", .names = 1'000'000, .goal_ns = 300}};

std::string id_of(const Size& size, std::string_view what = {}) {
  return fmt::format("W14/{}{}", size.name, what);
}

// A registry with so many names, and the order in which they are looked for.
// Thread: find() and look() by several at once, each with a cursor of its own.
class Names {
 public:
  explicit Names(std::uint32_t count)
      : registry_(std::make_unique<Registry>()), bare_names_(count) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<Address> addresses;
    addresses.reserve(count);
    for (const std::uint32_t number : order) {
      const auto address = registry_->reserve(name_of(number), home);
      CHECK(address.has_value(), "there is room for every name");
      addresses.push_back(*address);
    }
    // One after the other in memory: that the registry's are not is what is measured.
    std::ranges::shuffle(order, std::mt19937_64(order_seed));
    entries_.reserve(count);
    for (const std::uint32_t number : order) {
      const std::string name = name_of(number);
      entries_.push_back({.begin = text_.size(), .length = name.size(), .is = addresses[number]});
      text_ += name;
      bare_names_.add(name, addresses[number]);
      bare_slots_.add(addresses[number], home);
    }
  }

  // How many of so many look-ups found the right one.
  [[nodiscard]] std::uint64_t find(std::uint64_t times, std::size_t& cursor) const {
    return count(times, cursor, [this](const Entry& entry) {
      return registry_->find(text_of(entry)) == entry.is;
    });
  }
  [[nodiscard]] std::uint64_t find_barely(std::uint64_t times, std::size_t& cursor) const {
    return count(times, cursor, [this](const Entry& entry) {
      return bare_names_.find(text_of(entry)) == entry.is;
    });
  }
  // As a worker does that has something for the actor of another.
  [[nodiscard]] std::uint64_t look(std::uint64_t times, std::size_t& cursor) const {
    return count(times, cursor, [this](const Entry& entry) {
      const Registry::Place place = registry_->place(entry.is, home + 1);
      return place.kind == Registry::Place::Kind::elsewhere && place.home == home;
    });
  }
  [[nodiscard]] std::uint64_t look_barely(std::uint64_t times, std::size_t& cursor) const {
    return count(times, cursor,
                 [this](const Entry& entry) { return bare_slots_.home(entry.is) == home; });
  }
  [[nodiscard]] std::size_t half() const { return entries_.size() / 2; }

 private:
  static constexpr std::uint16_t home = 0;

  struct Entry {
    std::size_t begin = 0;  // Of its name in text_.
    std::size_t length = 0;
    Address is;
  };
  static std::string name_of(std::uint32_t number) { return fmt::format("bench/actor-{}", number); }
  [[nodiscard]] std::string_view text_of(const Entry& entry) const {
    return {text_.data() + entry.begin, entry.length};
  }
  // Of how many of the next entries `is_found` holds.
  template <typename IsFound>
  std::uint64_t count(std::uint64_t times, std::size_t& cursor, const IsFound& is_found) const {
    std::uint64_t good = 0;
    for (std::uint64_t time = 0; time < times; ++time) {
      if (is_found(entries_[cursor])) ++good;
      if (++cursor == entries_.size()) cursor = 0;
    }
    return good;
  }

  std::unique_ptr<Registry> registry_;
  BareNames bare_names_;
  BareSlots bare_slots_;
  std::string text_;
  std::vector<Entry> entries_;
};

// Half of the look-ups here, the other half on the other CPU at the same time.
Work find_by_two(const Names& names, CpuPair cpus, std::uint64_t times) {
  std::uint64_t there = 0;
  std::size_t here_at = 0;
  std::uint64_t here = 0;
  {
    const Partner partner(cpus, [&] {
      std::size_t at = names.half();
      there = names.find(times / 2, at);
    });
    here = names.find(times - times / 2, here_at);
  }
  return {.count = here + there};
}

std::vector<RowInfo> rows() {
  std::vector<RowInfo> rows{{.id = "W14/add", .title = "an atomic add that nobody else wants"}};
  for (const Size& size : sizes) {
    const Leans leans = size.names > 10'000 ? Leans::memory : Leans::one_core;
    rows.push_back({.id = id_of(size),
                    .title = fmt::format("an actor found by its name among {}", size.names),
                    .unit = "x",
                    .base = "W14/add",
                    .goal = size.goal_ns / add_ns,
                    .leans = leans,
                    .peer_id = id_of(size)});
    rows.push_back({.id = id_of(size, "/2-threads"),
                    .title = "the same by two threads at once, of one thread's time",
                    .unit = "x",
                    .base = id_of(size),
                    .goal = two_threads_goal,
                    .leans = Leans::two_cores,
                    .peer_id = id_of(size, "/2-threads")});
    rows.push_back({.id = id_of(size, "/bare"),
                    .title = "in a table of one thread that never changes, a cache line each",
                    .unit = "x",
                    .base = "W14/add",
                    .leans = leans});
  }
  rows.push_back({.id = "W14/address",
                  .title = "an actor found by its address among 1,000",
                  .unit = "x",
                  .base = "W14/add",
                  .goal = address_goal_ns / add_ns});
  rows.push_back({.id = "W14/address/bare",
                  .title = "in an array of words that never change",
                  .unit = "x",
                  .base = "W14/add"});
  return rows;
}

bool has_addresses(const Size& size) { return size.names == sizes.front().names; }

// Look-ups by one thread, with a cursor of their own.
Row row_of(std::string id, std::shared_ptr<const Names> names,
           std::uint64_t (Names::*find)(std::uint64_t, std::size_t&) const) {
  return {
      .id = std::move(id),
      .run = [names = std::move(names), find, at = std::size_t{0}](
                 std::uint64_t times) mutable { return Work{.count = (*names.*find)(times, at)}; },
      .timer = Timer::wall};
}

// The rows of one size; they share the names.
void add_rows(const Size& size, std::uint32_t count, std::vector<Row>& rows) {
  const auto names = std::make_shared<const Names>(count);
  rows.push_back(row_of(id_of(size), names, &Names::find));
  rows.push_back(row_of(id_of(size, "/bare"), names, &Names::find_barely));
  if (const auto cpus = cpu_pair()) {
    rows.push_back(
        {.id = id_of(size, "/2-threads"),
         .run = [names, cpus = *cpus](
                    std::uint64_t times) { return find_by_two(*names, cpus, times * at_once); },
         .timer = Timer::wall,
         .each = at_once});
  }
  if (!has_addresses(size)) return;
  rows.push_back(row_of("W14/address", names, &Names::look));
  rows.push_back(row_of("W14/address/bare", names, &Names::look_barely));
}

bool is_wanted(const Size& size, const Request& request) {
  const auto wants = [&](std::string_view what) { return request.wants(id_of(size, what)); };
  if (wants("") || wants("/2-threads") || wants("/bare")) return true;
  return has_addresses(size) && (request.wants("W14/address") || request.wants("W14/address/bare"));
}

void measure(const Request& request, RawSink& sink) {
  std::vector<Row> runnable{
      {.id = "W14/add", .run = add_alone, .sum_each = 1, .timer = Timer::wall}};
  for (const Size& size : sizes) {
    if (!is_wanted(size, request)) continue;
    add_rows(size, request.effort.is_smoke ? size.names / 100 : size.names, runnable);
  }
  if (!cpu_pair()) {
    for (const Size& size : sizes) {
      if (request.wants(id_of(size, "/2-threads"))) {
        sink.take({.id = id_of(size, "/2-threads"),
                   .failed = "two CPUs are needed, and this process may use one"});
      }
    }
  }
  sample(request, std::move(runnable), sink);
}

}  // namespace

const Block& registry_block() {
  static constexpr Block block = {.name = "registry",
                                  .title = "actors found by name and by address",
                                  .rows = rows,
                                  .measure = measure};
  return block;
}

}  // namespace troupe::bench
