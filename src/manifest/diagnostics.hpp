#pragma once
// The errors of one manifest, collected and then shown together.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "manifest/toml_document.hpp"

namespace troupe {

struct Diagnostic {
  Place place;
  std::string key;   // The path of the key: app.actors.ledger.restart. Empty: the file as a whole.
  std::string rule;  // What is wrong, and what would be right.
  std::string help;  // What to do; may be empty.
};

// Thread: one at a time.
// Bounds: limits::manifest_errors_max are kept, the rest counted.
class Diagnostics {
 public:
  // Both views outlive the object.
  Diagnostics(std::string_view file, std::string_view text) : file_(file), text_(text) {}

  void add(Diagnostic diagnostic);
  // From here on the error is about the version of the format, not its content.
  void mark_unsupported() { code_ = ErrorCode::unsupported; }
  // What is added now is counted, not shown: its help need not be thought of.
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool is_empty() const { return count_ == 0; }

  // All of them in the order of the file. REQUIRES: !is_empty().
  [[nodiscard]] Error error() const;

 private:
  [[nodiscard]] std::string shown(const Diagnostic& diagnostic) const;

  std::string_view file_;
  std::string_view text_;
  ErrorCode code_ = ErrorCode::invalid_argument;
  std::vector<Diagnostic> kept_;
  std::size_t count_ = 0;
};

}  // namespace troupe
