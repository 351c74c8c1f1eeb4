#pragma once
// What the readers and writers of the API's JSON share.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "troupe/outcome.hpp"
#include "troupe/result.hpp"
#include "troupe/time.hpp"

namespace troupe {

using Json = nlohmann::ordered_json;

// Bytes that aren't UTF-8 are replaced.
[[nodiscard]] std::string dump(const Json& json);
[[nodiscard]] Json exit_object(const std::optional<Exit>& exit);
[[nodiscard]] std::optional<Exit> exit_from(const Json& json);
[[nodiscard]] std::int64_t whole_milliseconds(Duration span);
[[nodiscard]] Json milliseconds_or_null(const std::optional<Duration>& span);
// `what` is not understood.
[[nodiscard]] std::unexpected<Error> corrupt(std::string_view what);

// Reads members one after the other and keeps the name of the first that is missing or mistyped.
// Thread: one.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  void read(const char* key, std::string& out) {
    if (const Json* value = find(key, &Json::is_string)) out = value->get<std::string>();
  }
  void read(const char* key, bool& out) {
    if (const Json* value = find(key, &Json::is_boolean)) out = value->get<bool>();
  }
  template <typename Number>
  void read(const char* key, Number& out) {
    if (const Json* value = find(key, &Json::is_number_integer)) out = value->get<Number>();
  }
  void read(const char* key, std::optional<Duration>& out) {
    const Json* value = find(key);
    if (value == nullptr || value->is_null()) return;
    if (!value->is_number_integer()) return reject(key);
    out = std::chrono::milliseconds(value->get<std::int64_t>());
  }
  // By names that this program knows; others are of a later version.
  template <typename Reason, std::size_t count>
  void read_reasons(const char* key, std::array<std::uint64_t, count>& out) {
    const Json* value = find(key, &Json::is_object);
    if (value == nullptr) return;
    for (std::size_t at = 0; at < out.size(); ++at) {
      const auto found = value->find(to_string(static_cast<Reason>(at)));
      if (found == value->end()) continue;
      if (!found->is_number_integer()) return reject(key);
      out.at(at) = found->template get<std::uint64_t>();
    }
  }
  const Json* find(const char* key) {
    const auto member = object_.find(key);
    if (member != object_.end()) return &*member;
    if (missing_.empty()) missing_ = key;
    return nullptr;
  }
  void reject(std::string_view key) {
    if (missing_.empty()) missing_ = key;
  }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  const Json* find(const char* key, bool (Json::*is_type)() const noexcept) {
    const Json* value = find(key);
    if (value == nullptr || (value->*is_type)()) return value;
    reject(key);
    return nullptr;
  }

  const Json& object_;
  std::string missing_;
};

// The text of an array of what `object_of` makes of each.
template <typename Record>
[[nodiscard]] std::string list_json(std::span<const Record> records,
                                    Json (*object_of)(const Record&)) {
  Json array = Json::array();
  for (const Record& record : records) array.push_back(object_of(record));
  return dump(array);
}

// And back. Errors: corrupt; those of `from`.
template <typename Record>
[[nodiscard]] Result<std::vector<Record>> list_from_json(std::string_view text,
                                                         Result<Record> (*from)(const Json&)) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return corrupt("not a JSON array");
  std::vector<Record> records;
  records.reserve(json.size());
  for (const Json& each : json) {
    TRY_ASSIGN(Record record, from(each));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace troupe
