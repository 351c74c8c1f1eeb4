#pragma once
// Those whom an actor has spawned, and who supervises them: the spawner's worker, on its behalf.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "actor/actor_spec.hpp"
#include "actor/reports.hpp"
#include "model/books.hpp"
#include "model/envelope.hpp"
#include "model/pool.hpp"
#include "supervisor/supervisor.hpp"

namespace troupe {

// Whose child an actor is.
struct Parentage {
  Address parent = nobody;  // Nobody: the control plane supervises it.
  // As its parent's supervisor calls it; without a parent, which of the control plane's it is.
  ChildNumber number = 0;
  RestartType restart = RestartType::permanent;
  Census* counted_by = nullptr;  // Null: by nobody.
};

// Made by the first spawn, gone with the last child.
// Thread: the parent's home worker.
struct Family : Pooled {
  Family(std::shared_ptr<const SupervisorPolicy> policy, std::uint64_t seed)
      : supervisor(std::move(policy), Supervisor::StopOrder::together, seed) {}

  // Whose number it is lives on when the parent's life ends and another follows.
  void keep(ChildNumber number) {
    if (number >= is_kept_.size()) is_kept_.resize(number + std::size_t{1});
    if (is_kept_[number]) return;
    is_kept_[number] = true;
    ++kept_;
  }
  [[nodiscard]] bool keeps(ChildNumber number) const {
    return number < is_kept_.size() && is_kept_[number];
  }
  [[nodiscard]] bool keeps_any() const { return kept_ > 0; }
  // Before the supervisor gives the number to another.
  void forget(ChildNumber number) {
    if (!keeps(number)) return;
    is_kept_[number] = false;
    --kept_;
  }
  [[nodiscard]] bool has_only_kept() const { return supervisor.child_count() == kept_; }

  Supervisor supervisor;
  AlarmKey wait = {};  // Until a child's restart is due.
  // For all others to be gone: the parent's next life begins without them.
  bool parent_waits = false;

 private:
  std::vector<bool> is_kept_;  // By number; empty unless some are.
  std::size_t kept_ = 0;
};

// The note of a `create` envelope: an order to make a cell.
struct CreateOrder final : Note {
  const ActorSpec* spec = nullptr;
  std::shared_ptr<const ActorSpec> own_spec;  // The same, of an actor that has it for itself.
  Parentage parentage;
  Bytes config;
};

// The note of a `child_ended` envelope whose child waits for what its parent decides. Without one
// the child is gone.
struct ChildEndedNote final : Note {
  EnvelopePtr report;  // Of an EndedReport.
  RestartType type = RestartType::permanent;
  bool is_told = false;  // The control plane gets it with the decision.
};

}  // namespace troupe
