// Proves that whatever a guest does, it ends by a named rule: the node lives, the neighbour loses
// nothing, and nothing leaks however often it happens.

#include <algorithm>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "guest_node.hpp"

// A sanitizer keeps what is freed; its own leak check does the work there.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool resident_memory_is_ours = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool resident_memory_is_ours = false;
#else
constexpr bool resident_memory_is_ours = true;
#endif
#else
constexpr bool resident_memory_is_ours = true;
#endif

namespace troupe {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

struct BadGuest {
  const char* guest;
  const char* message;  // Null: it ends in its start already.
  const char* exit;     // What the exit begins with.
  const char* config = "";
  bool hits_deadline = false;
};

// Names what fails; without it a failing row would print the struct's bytes.
// NOLINTNEXTLINE(readability-identifier-naming): googletest's name.
void PrintTo(const BadGuest& row, std::ostream* out) { *out << row.guest << " " << row.exit; }

constexpr const char* abi = "crashed(\"abi: ";
constexpr const char* deadline = "exceeded(\"deadline\")";
constexpr const char* late = "exceeded(\"start-time\")";

const std::vector<BadGuest> bad_guests = {
    {"trap_unreachable", "", "crashed(\"unreachable\")"},
    {"trap_memory", "", "crashed(\"memory out of bounds\")"},
    {"trap_table", "", "crashed(\"table out of bounds\")"},
    {"trap_null_call", "", "crashed(\"indirect call to null\")"},
    {"trap_signature", "", "crashed(\"bad signature\")"},
    {"trap_overflow", "", "crashed(\"integer overflow\")"},
    {"trap_division", "", "crashed(\"integer division by zero\")"},
    {"trap_conversion", "", "crashed(\"bad conversion to integer\")"},
    {"trap_stack", "", "exceeded(\"stack\")"},
    {"loop_handle", "", deadline, "", true},
    {"loop_realloc", "", deadline, "", true},
    {"loop_post", "", deadline, "", true},
    {"loop_start", nullptr, late, "", true},
    {"loop_initialize", nullptr, late, "", true},
    {"loop_start_section", nullptr, late, "", true},
    {"result_out_of_memory", "", abi},
    {"result_overlaps_end", "", abi},
    {"result_unaligned", "", abi},
    {"result_bad_discriminant", "", abi},
    {"result_bad_option", "", abi},
    {"start_bad_discriminant", nullptr, abi},
    {"start_error", nullptr, "crashed(\"no luck\")"},
    {"answer_out_of_memory", "", abi},
    {"answer_overlaps_end", "", abi},
    {"answer_length_wraps", "", abi},
    {"answer_empty_beyond", "", abi},
    {"error_bad_utf8", "", abi},
    {"error_cut_utf8", "", abi},
    {"error_surrogate", "", abi},
    {"error_out_of_memory", "", abi},
    {"realloc_null", nullptr, abi},
    {"realloc_out_of_range", nullptr, abi},
    {"realloc_overlaps_end", "xx", abi},
    {"realloc_traps", nullptr, "crashed(\"unreachable\")"},
    {"realloc_calls_host", nullptr, abi},
    {"post_traps", "", "crashed(\"unreachable\")"},
    {"post_calls_host", "", abi},
    {"initialize_calls_host", nullptr, abi},
    {"initialize_traps", nullptr, "crashed(\"unreachable\")"},
    {"start_section_traps", nullptr, "crashed(\"unreachable\")"},
    {"data_out_of_bounds", nullptr, "crashed(\"memory out of bounds\")"},
    {"elements_out_of_bounds", nullptr, "crashed(\"table out of bounds\")"},
    {"log_out_of_memory", "", abi},
    {"log_bad_level", "", abi},
    {"find_result_out_of_memory", "", abi},
    {"find_result_unaligned", "", abi},
    {"send_addresses_out_of_memory", "", abi},
    {"send_bad_option", "", abi},
    {"memory_too_large", nullptr, "exceeded(\"memory\")"},
    {"table_too_large", nullptr, "exceeded(\"table\")"},
    {"wasi_exit", "\x03", "crashed(\"exit code 3\")"},
    {"probe", "bad-handle 0", abi},
    {"probe", "bad-handle 77", abi},
    {"probe", "bad-handle -1", abi},
    {"probe", "bad-responder 5", abi},
    {"probe", "double-drop", abi},
    {"probe", "use-after-drop", abi},
    {"probe", "random 65537", abi},
    {"probe", "bad-utf8 log", abi},
    {"probe", "bad-utf8 error", abi},
    {"probe", "bad-utf8 find", abi},
    {"probe", "bad-utf8 topic", abi},
    {"probe", "wild-send", abi},
    {"probe", "wild-answer", abi},
    {"probe", "bad-priority", abi},
    {"probe", "many-addresses 1025", "exceeded(\"addresses\")"},
    {"probe", "stack", "exceeded(\"stack\")"},
    {"probe", "oob", "crashed(\"memory out of bounds\")"},
};

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

class BadGuests : public testing::TestWithParam<BadGuest> {
 protected:
  BadGuests() {
    node_.sim().core().control().post([this] {
      node_.sim().core().control().add_supervisor("patient",
                                                  {.intensity = limits::intensity_max,
                                                   .period = hours(1),
                                                   .backoff = {.kind = Backoff::Kind::immediate}});
    });
    neighbour_ = *node_.spawn("neighbour", "counter");
  }

  // One end of the guest. Says how it ended.
  std::string end_once(const BadGuest& row) {
    if (row.message == nullptr) {
      EXPECT_FALSE(node_.spawn("bad", row.guest, options(row)));
    } else {
      if (!bad_) bad_ = *node_.spawn("bad", row.guest, options(row));
      node_.sim().send(*bad_, row.message);
    }
    const auto exits = node_.exits();
    // Its deadline is of real time, and so short that a busy machine may use it up at the start of
    // the next life as well.
    const bool are_alike = std::ranges::all_of(
        exits, [&](const std::string& exit) { return exit.starts_with(exits[0]); });
    const bool may_be_several = row.hits_deadline && are_alike;
    return exits.size() == 1 || (!exits.empty() && may_be_several)
               ? exits[0]
               : fmt::format("{} exits: {}", exits.size(), fmt::join(exits, "; "));
  }

  static GuestOptions options(const BadGuest& row) {
    GuestOptions options{.config = row.config, .supervisor = "patient"};
    options.grants.find = {"a"};
    if (row.hits_deadline) options.limits.deadline = milliseconds(2);
    // Only for those that use it up: on a busy machine others would, too.
    if (std::string_view(row.exit).contains("start-time"))
      options.limits.start_timeout = milliseconds(2);
    return options;
  }

  GuestNode node_;
  Address neighbour_;
  std::optional<Address> bad_;
};

TEST_P(BadGuests, EndByANamedRuleAndHurtNobody) {
  const BadGuest& row = GetParam();
  const std::string expected = fmt::format("test/bad {}", row.exit);
  const int repetitions = row.hits_deadline ? 1'000 : 10'000;
  [[maybe_unused]] std::uint64_t before = 0;
  for (int i = 0; i < repetitions; ++i) {
    if (i == repetitions / 10) before = resident_bytes();
    const std::string exit = end_once(row);
    ASSERT_TRUE(exit.starts_with(expected)) << "repetition " << i << ": " << exit;
    if (i % 100 == 0) node_.sim().send(neighbour_, "add 1");
  }
  EXPECT_EQ(node_.ask(neighbour_, "add 0"), fmt::format("total {}", repetitions / 100));
  if (resident_memory_is_ours) {
    EXPECT_LT(resident_bytes(), before + 2 * limits::MiB) << "from " << before;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, BadGuests, testing::ValuesIn(bad_guests), [](const auto& row) {
  std::string name = fmt::format("{}_{}", row.param.guest,
                                 row.param.message != nullptr ? row.param.message : "start");
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return fmt::format("{}_{}", name, row.index);
});

TEST(GoodGuests, AreNotTakenForBad) {
  GuestNode node;
  for (const char* guest :
       {"minimal", "result_at_end", "answer_all_of_memory", "realloc_grows", "post_poisons",
        "post_counts", "initialize_first", "initialize_logs", "import_newer_patch", "export_extra",
        "accepted_tail_calls", "accepted_simd", "memory_to_the_byte", "memory_grows", "table_grows",
        "wasi_write", "wasi_open"}) {
    const auto address = node.spawn("good", guest);
    ASSERT_TRUE(address) << guest << ": " << address.error().message;
    (void)node.ask(*address, "hello");
    EXPECT_TRUE(node.exits().empty()) << guest;
    bool stopped = false;
    node.sim().core().control().post([&] {
      node.sim().core().control().stop(*address, milliseconds(10),
                                       [&](const Result<void>&) { stopped = true; });
    });
    node.sim().run_until_idle();
    ASSERT_TRUE(stopped);
    (void)node.exits();
  }
}

TEST(GoodGuests, EndNormallyByExitCodeZero) {
  GuestNode node;
  const Address actor = *node.spawn("wasi", "wasi_exit", {.restart = RestartType::temporary});
  node.sim().send(actor, std::string_view("\0", 1));
  EXPECT_EQ(node.exits(), std::vector<std::string>{"test/wasi normal"});
}

TEST(RefusedGuests, AreRefusedByNameBeforeTheyRun) {
  struct Row {
    const char* guest;
    const char* says;
  };
  for (const Row& row : std::vector<Row>{{"import_unknown_function", "sendd"},
                                         {"import_unknown_module", "import"},
                                         {"import_mistyped", "message-id"},
                                         {"import_memory", "memory"},
                                         {"import_global", "global"},
                                         {"import_other_track", "0.2"},
                                         {"export_no_memory", "memory"},
                                         {"export_memory_is_global", "memory"},
                                         {"export_no_realloc", "cabi_realloc"},
                                         {"export_no_start", "start"},
                                         {"export_no_handle", "handle"},
                                         {"export_mistyped_handle", "handle"},
                                         {"export_mistyped_start", "start"},
                                         {"export_mistyped_realloc", "cabi_realloc"},
                                         {"export_mistyped_timers", "fired"},
                                         {"export_mistyped_post", "cabi_post_"},
                                         {"export_mistyped_initialize", "_initialize"},
                                         {"export_handle_is_global", "handle"},
                                         {"export_half_state", "load"},
                                         {"export_command", "reactor"},
                                         {"export_cm32p2", "cm32p2"},
                                         {"refused_threads", "threads"},
                                         {"refused_memory64", "memory64"},
                                         {"refused_multi_memory", "multi"},
                                         {"refused_exceptions", "exception"},
                                         {"refused_gc", "garbage collection"},
                                         {"refused_relaxed_simd", "relaxed"},
                                         {"refused_component", "component"}}) {
    for (int i = 0; i < 100; ++i) {
      const auto code = guest_code(row.guest, EngineClass::standard);
      ASSERT_FALSE(code) << row.guest;
      EXPECT_NE(code.error().message.find(row.says), std::string::npos)
          << row.guest << ": " << code.error().message;
    }
  }
}

}  // namespace
}  // namespace troupe
