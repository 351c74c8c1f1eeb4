#pragma once
// What one actor may do, beyond what the addresses it holds let it do.

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace troupe {

// As the manifest or an embedder gives them. Nothing is granted unless listed.
struct GrantLists {
  std::vector<std::string> find = {};     // Actors: `ledger` (of the own app), `other-app/ledger`.
  std::vector<std::string> publish = {};  // Topic filters.
  std::vector<std::string> subscribe = {};  // Topic filters; a subscription must lie within one.
  std::vector<std::string> spawn = {};      // Templates.

  friend bool operator==(const GrantLists&, const GrantLists&) = default;
};

// The lists, checked and made fit for asking.
// Thread: immutable after construction.
// Bounds: limits::grants_max in each list.
// Cost:   find and spawn are logarithmic, publish and subscribe a scan; none allocates, but find of
//         a name without app.
class GrantSet {
 public:
  // Nothing is granted.
  GrantSet() = default;

  // `app` is the one that plain actor names belong to.
  // Errors: invalid_argument: which list, which entry, the rule.
  [[nodiscard]] static Result<GrantSet> compile(const GrantLists& lists, std::string_view app);

  // The questions take whatever a guest says: what is malformed is not granted.

  // `actor` or `app/actor`; the two ways to name an actor of the own app are the same.
  [[nodiscard]] bool may_find(std::string_view actor) const;
  [[nodiscard]] bool may_publish(std::string_view topic) const;
  // Within one grant as a whole: two that cover it only together do not.
  [[nodiscard]] bool may_subscribe(std::string_view filter) const;
  [[nodiscard]] bool may_spawn(std::string_view child_template) const;

 private:
  using Names = std::set<std::string, std::less<>>;

  std::string app_;
  Names find_;  // All as app/actor.
  std::vector<std::string> publish_;
  std::vector<std::string> subscribe_;
  Names spawn_;
};

}  // namespace troupe
