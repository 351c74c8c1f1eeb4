// Keeps docs/abi.md and wit/core-names.txt in step with the engine's table of imports and exports.
//
//   abi_doc --write docs/abi.md                  writes the generated blocks anew
//   abi_doc --check docs/abi.md                  1 if that would change the file
//   abi_doc --check-names wit/core-names.txt     1 if the table differs from the contract's names
//
// A generated block stands between `<!-- generated: NAME -->` and `<!-- end -->`; the rest of the
// page is written by hand.

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "engine/abi.hpp"
#include "troupe/outcome.hpp"

namespace troupe {
namespace {

// --- The table as names.

// "(i32 i64)"
std::string types(std::string_view letters) {
  std::string text = "(";
  for (const char letter : letters) {
    CHECK(letter == 'i' || letter == 'I', "the contract has integers only");
    if (text.size() > 1) text += ' ';
    text += letter == 'i' ? "i32" : "i64";
  }
  return text + ")";
}

std::string type_of(const abi::Signature& signature) {
  return fmt::format("{} -> {}", types(signature.params), types(signature.results));
}

// One line for each import and export, as tools/witabi prints them.
std::set<std::string> table_names() {
  // A memory is no function, so the table has none.
  std::set<std::string> lines = {"export memory memory"};
  for (const abi::ImportRow& row : abi::imports()) {
    lines.insert(
        fmt::format("import {} {} {}", abi::host_module, row.name, type_of(row.signature)));
  }
  for (const abi::ExportRow& row : abi::exports())
    lines.insert(fmt::format("export {} {}", row.name(), type_of(row.signature)));
  return lines;
}

// --- Blocks.

std::string_view where(abi::Allowed allowed) {
  switch (allowed) {
    case abi::Allowed::in_handlers:
      return "handlers";
    case abi::Allowed::also_in_save:
      return "handlers, `save`";
    case abi::Allowed::everywhere_but_glue:
      return "everywhere but glue";
  }
  CHECK(false, "not an Allowed");
}

std::string imports_block() {
  std::string text = fmt::format(
      "From the module `{}`. *Glue* is `cabi_realloc` and `cabi_post_`; *handlers* are `start`, "
      "`load`, `handle`, `stop` and the functions that bring answers, timers, events and exits.\n\n"
      "| Name | Core type | Works in | Happens |\n|---|---|---|---|\n",
      abi::host_module);
  for (const abi::ImportRow& row : abi::imports()) {
    text += fmt::format("| `{}` | `{}` | {} | {} |\n", row.name, type_of(row.signature),
                        where(row.allowed),
                        row.timing == abi::Timing::at_once ? "at once" : "on return");
  }
  return text;
}

std::string_view needed(const abi::ExportRow& row) {
  switch (row.need) {
    case abi::ExportRow::Need::always:
      return "always";
    case abi::ExportRow::Need::with_interface:
      return "for its interface";
    case abi::ExportRow::Need::never:
      return "no";
  }
  CHECK(false, "not a Need");
}

std::string exports_block() {
  std::set<std::string> posts;
  for (const abi::ExportRow& row : abi::exports())
    if (row.is_post) posts.insert(row.name());
  std::string text =
      "| Name | Core type | Needed | May have a `cabi_post_` |\n|---|---|---|---|\n"
      "| `memory` | a memory | always | |\n";
  for (const abi::ExportRow& row : abi::exports()) {
    if (row.is_post) continue;
    const std::string name = row.name();
    text += fmt::format("| `{}` | `{}` | {} | {} |\n", name, type_of(row.signature), needed(row),
                        posts.contains("cabi_post_" + name) ? "yes" : "");
  }
  return text + "\nA `cabi_post_` function takes what the function returned, `(i32) -> ()`.\n";
}

// "refused: busy" and "crashed("...")" by their first word.
std::string case_name(const std::string& text) {
  const std::size_t end = text.find_first_of(":(");
  return text.substr(0, end);
}

template <typename NameOf>
std::string numbered(std::string_view what, std::uint8_t count, NameOf name_of) {
  std::string text = fmt::format("- `{}`: ", what);
  for (std::uint8_t number = 0; number < count; ++number)
    text += fmt::format("{}{} `{}`", number == 0 ? "" : ", ", number, name_of(number));
  return text + "\n";
}

std::string numbers_block() {
  constexpr std::string_view priorities[priority_count] = {"low", "normal", "high", "critical"};
  std::string text =
      "Cases are never added: a new reason maps to an existing one or to `other`.\n\n";
  text += numbered("refusal", std::to_underlying(Refusal::other) + 1,
                   [](std::uint8_t number) { return to_string(Refusal{number}); });
  text +=
      numbered("failure", std::to_underlying(Failure::Kind::other) + 1, [](std::uint8_t number) {
        return case_name(to_string(
            Failure{.kind = Failure::Kind{number}, .refusal = Refusal::other, .text = {}}));
      });
  text += numbered("exit", std::to_underlying(Exit::Kind::other) + 1, [](std::uint8_t number) {
    return case_name(to_string(Exit{.kind = Exit::Kind{number}, .text = {}}));
  });
  text +=
      numbered("priority", priority_count, [&](std::uint8_t number) { return priorities[number]; });
  text += numbered("level", std::to_underlying(LogLevel::error) + 1,
                   [](std::uint8_t number) { return to_string(LogLevel{number}); });
  return text;
}

std::string limits_block() {
  struct Row {
    std::string_view what;
    std::uint64_t value;
    std::string_view beyond;
  };
  const Row rows[] = {
      {"bytes of one payload, unless the manifest says otherwise", limits::payload_bytes_default,
       "refused, `too-large`; an answer: the request fails"},
      {"addresses with one message", limits::message_addresses_max, "refused, `invalid`"},
      {"effects asked for in one handler", limits::outbox_effects_max, "refused, `over-quota`"},
      {"bytes of all payloads of one handler", limits::outbox_bytes_max, "refused, `too-large`"},
      {"handles held, unless the manifest says otherwise", limits::addresses_default,
       "refused, `over-quota`, or `exceeded(\"addresses\")`"},
      {"bytes of one `random`", limits::random_bytes_max, "traps"},
      {"bytes of one log line", limits::log_line_bytes_max, "cut off"},
      {"bytes of the text of an error", limits::error_text_bytes_max, "cut off"},
      {"bytes of a topic or filter", limits::topic_bytes_max, "refused, `invalid`"},
      {"bytes of the name of an app, an actor or a template", limits::name_bytes_max,
       "refused, `invalid`"},
      {"bytes of stack", limits::stack_bytes, "`exceeded(\"stack\")`"},
      {"milliseconds for one message, unless the manifest says otherwise",
       limits::deadline_ms_default, "`exceeded(\"deadline\")`"},
      {"milliseconds until it is ready, unless the manifest says otherwise",
       limits::start_timeout_ms_default, "`exceeded(\"start-time\")`"},
  };
  std::string text = "| What | At most | Beyond it |\n|---|---|---|\n";
  for (const Row& row : rows)
    text += fmt::format("| {} | {} | {} |\n", row.what, row.value, row.beyond);
  return text;
}

// --- The page.

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::not_found,
                fmt::format("{} can't be read. Give the path of the file.", path));
  }
  return text;
}

// The page with each generated block written anew.
Result<std::string> renew(std::string_view page) {
  constexpr std::string_view begin = "<!-- generated: ";
  constexpr std::string_view close = " -->\n";
  constexpr std::string_view end = "<!-- end -->\n";
  const std::map<std::string_view, std::string (*)()> blocks = {{"imports", imports_block},
                                                                {"exports", exports_block},
                                                                {"numbers", numbers_block},
                                                                {"limits", limits_block}};
  std::string text;
  std::set<std::string_view> seen;
  for (std::size_t at = page.find(begin); at != std::string_view::npos; at = page.find(begin)) {
    const std::size_t name_at = at + begin.size();
    const std::size_t name_end = page.find(close, name_at);
    const std::size_t block_end = page.find(end, name_at);
    if (name_end == std::string_view::npos || block_end == std::string_view::npos) {
      return fail(ErrorCode::invalid_argument,
                  "a generated block of the page does not end. Write '<!-- end -->' below it.");
    }
    const std::string_view name = page.substr(name_at, name_end - name_at);
    const auto block = blocks.find(name);
    if (block == blocks.end() || !seen.insert(name).second) {
      return fail(ErrorCode::invalid_argument,
                  fmt::format("the page has a generated block '{}', unknown or twice. Each of "
                              "imports, exports, numbers, limits comes once.",
                              name));
    }
    text += fmt::format("{}{}\n{}", page.substr(0, name_end + close.size()), block->second(), end);
    page.remove_prefix(block_end + end.size());
  }
  if (seen.size() != blocks.size()) {
    return fail(ErrorCode::invalid_argument,
                "the page lacks a generated block: imports, exports, numbers or limits.");
  }
  return text + std::string(page);
}

// --- The commands.

Result<int> check_page(const std::string& path) {
  TRY_ASSIGN(const std::string page, read_file(path));
  TRY_ASSIGN(const std::string renewed, renew(page));
  if (renewed == page) return 0;
  fmt::print(stderr, "abi_doc: {} is out of date. Write it anew: abi_doc --write {}\n", path, path);
  return 1;
}

Result<int> write_page(const std::string& path) {
  TRY_ASSIGN(const std::string page, read_file(path));
  TRY_ASSIGN(const std::string renewed, renew(page));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << renewed;
  file.close();
  if (!file) return fail(ErrorCode::unavailable, fmt::format("{} can't be written.", path));
  return 0;
}

Result<int> check_names(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  std::set<std::string> contract;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) contract.insert(line);
  const std::set<std::string> table = table_names();
  for (const std::string& line : contract)
    if (!table.contains(line)) fmt::print(stderr, "only in {}: {}\n", path, line);
  for (const std::string& line : table)
    if (!contract.contains(line)) fmt::print(stderr, "only in src/engine/abi.cpp: {}\n", line);
  return table == contract ? 0 : 1;
}

Result<int> run(std::string_view command, const std::string& path) {
  if (command == "--check") return check_page(path);
  if (command == "--write") return write_page(path);
  if (command == "--check-names") return check_names(path);
  return fail(ErrorCode::invalid_argument,
              fmt::format("there is no '{}'. Choose --write, --check or --check-names.", command));
}

}  // namespace
}  // namespace troupe

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() != 2) {
    fmt::print(stderr, "abi_doc: expected a command and a file: abi_doc --check docs/abi.md\n");
    return 2;
  }
  const troupe::Result<int> status = troupe::run(arguments[0], arguments[1]);
  if (!status) fmt::print(stderr, "abi_doc: {}\n", status.error().message);
  return status.value_or(2);
}
