#include "bench/machine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <gnu/libc-version.h>
#include <sched.h>
#include <string_view>
#include <sys/utsname.h>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "bench/proc.hpp"

#ifdef __has_feature
#define TROUPE_HAS_FEATURE(name) __has_feature(name)
#else
#define TROUPE_HAS_FEATURE(name) 0
#endif

namespace troupe::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view unknown = "unknown";

// What the build said of itself.
#ifdef TROUPE_VERSION
constexpr std::string_view built_version = TROUPE_VERSION;
#else
constexpr std::string_view built_version = unknown;
#endif
#ifdef TROUPE_COMMIT
constexpr std::string_view built_commit = TROUPE_COMMIT;
#else
constexpr std::string_view built_commit = unknown;
#endif
#ifdef TROUPE_COMPILER
constexpr std::string_view built_compiler = TROUPE_COMPILER;
#else
constexpr std::string_view built_compiler = unknown;
#endif
#ifdef TROUPE_BUILD_FLAGS
constexpr std::string_view built_flags = TROUPE_BUILD_FLAGS;
#else
constexpr std::string_view built_flags = unknown;
#endif
#ifdef TROUPE_ENGINE_VERSION
constexpr std::string_view built_engine = TROUPE_ENGINE_VERSION;
#else
constexpr std::string_view built_engine = unknown;
#endif

// An empty definition says no more than none.
std::string or_unknown(std::string_view text) { return std::string(text.empty() ? unknown : text); }

std::string kernel_name() {
  utsname names = {};
  if (::uname(&names) != 0) return std::string(unknown);
  return fmt::format("{} {} {}", static_cast<const char*>(names.sysname),
                     static_cast<const char*>(names.release),
                     static_cast<const char*>(names.machine));
}

std::uint32_t usable_cpus() {
  cpu_set_t allowed = {};
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  return static_cast<std::uint32_t>(CPU_COUNT(&allowed));
}

// Each member of a Provenance and its name, in the order of the JSON.
template <typename Record, typename Take>
void for_each_member(Record& record, Take take) {
  take("version", record.version);
  take("commit", record.commit);
  take("compiler", record.compiler);
  take("flags", record.flags);
  take("engine", record.engine);
  take("cpu", record.cpu);
  take("cpus", record.cpus);
  take("kernel", record.kernel);
  take("page_mode", record.page_mode);
  take("libc", record.libc);
  take("load", record.load);
  take("steal", record.steal);
  take("started", record.started);
}

// Reads one member after another until one is wrong.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}

  void operator()(const char* name, std::string& text) {
    if (const Json* found = find(name, &Json::is_string)) text = found->get<std::string>();
  }
  void operator()(const char* name, std::uint32_t& number) {
    const Json* found = find(name, &Json::is_number_unsigned);
    if (found == nullptr) return;
    const auto value = found->get<std::uint64_t>();
    if (value > UINT32_MAX) wrong_ = name;
    number = static_cast<std::uint32_t>(value);
  }
  void operator()(const char* name, double& number) {
    const Json* found = find(name, &Json::is_number);
    if (found == nullptr) return;
    number = found->get<double>();
    if (!std::isfinite(number) || number < 0) wrong_ = name;
  }

  // The name of the first wrong member; empty: all are right.
  [[nodiscard]] std::string_view wrong() const { return wrong_; }

 private:
  using IsOfType = bool (Json::*)() const noexcept;
  const Json* find(const char* name, IsOfType is_of_type) {
    if (!wrong_.empty()) return nullptr;
    const auto found = json_.find(name);
    if (found != json_.end() && ((*found).*is_of_type)()) return &*found;
    wrong_ = name;
    return nullptr;
  }

  const Json& json_;
  std::string_view wrong_;
};

}  // namespace

Provenance provenance(std::uint64_t started_wall_ms) {
  const auto cpu_time = parse_cpu_time(read_text("/proc/stat"));
  return {.version = or_unknown(built_version),
          .commit = or_unknown(built_commit),
          .compiler = or_unknown(built_compiler),
          .flags = or_unknown(built_flags),
          .engine = or_unknown(built_engine),
          .cpu = or_unknown(parse_cpu_model(read_text("/proc/cpuinfo"))),
          .cpus = usable_cpus(),
          .kernel = kernel_name(),
          .page_mode =
              or_unknown(parse_chosen(read_text("/sys/kernel/mm/transparent_hugepage/enabled"))),
          .libc = fmt::format("glibc {}", ::gnu_get_libc_version()),
          .load = parse_load(read_text("/proc/loadavg")).value_or(0),
          .steal = cpu_time ? steal_percent({.begin = {}, .end = *cpu_time}) : 0,
          .started = to_iso8601(started_wall_ms)};
}

nlohmann::ordered_json to_json(const Provenance& provenance) {
  Json json = Json::object();
  for_each_member(provenance, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

Result<Provenance> parse_provenance(const nlohmann::ordered_json& json) {
  if (!json.is_object()) return fail(ErrorCode::corrupt, "where a figure came from is no object");
  Provenance provenance;
  Members members(json);
  for_each_member(provenance, [&](const char* name, auto& value) { members(name, value); });
  if (!members.wrong().empty()) {
    return fail(ErrorCode::corrupt,
                fmt::format("where a figure came from has no usable '{}'", members.wrong()));
  }
  return provenance;
}

std::string to_iso8601(std::uint64_t wall_ms) {
  using std::chrono::seconds;
  using std::chrono::sys_days;
  constexpr sys_days after = std::chrono::year(10'000) / std::chrono::January / 1;
  constexpr auto seconds_max = static_cast<std::uint64_t>(
      std::chrono::duration_cast<seconds>(after.time_since_epoch()).count() - 1);
  const seconds since{static_cast<std::int64_t>(std::min(wall_ms / 1000, seconds_max))};
  const auto days_since = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::year_month_day date{sys_days(days_since)};
  const std::chrono::hh_mm_ss time(since - days_since);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

bool is_debug_build() {
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||  \
    TROUPE_HAS_FEATURE(address_sanitizer) || TROUPE_HAS_FEATURE(thread_sanitizer) ||            \
    TROUPE_HAS_FEATURE(memory_sanitizer) || TROUPE_HAS_FEATURE(undefined_behavior_sanitizer) || \
    defined(_GLIBCXX_ASSERTIONS) || defined(_GLIBCXX_DEBUG)
  return true;
#else
  return false;
#endif
}

}  // namespace troupe::bench
