#pragma once
// One life of a guest: each export of the contract as a function.

#include <memory>

#include "engine/engine.hpp"
#include "engine/wasmtime/guest.hpp"

namespace troupe::wasmtime {

class WasmtimeCode;

// One life of a guest: the exports of the contract, called by the canonical ABI.
// Thread: as Instance says.
class WasmtimeInstance final : public Instance {
 public:
  WasmtimeInstance(std::shared_ptr<const WasmtimeCode> code, const InstanceLimits& limits);
  ~WasmtimeInstance() override;

  Reply boot(HostCalls& host) override;
  Reply start(HostCalls& host, BytesView config) override;
  Reply handle(HostCalls& host, BytesView payload) override;
  Reply answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) override;
  Reply fired(HostCalls& host, std::uint64_t timer) override;
  Reply event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
              BytesView payload) override;
  Reply exited(HostCalls& host, std::uint64_t watch, const Exit& exit) override;
  Reply stop(HostCalls& host, Duration budget) override;
  HealthReply check(HostCalls& host, Duration deadline) override;
  SaveReply save(HostCalls& host, bool ending, Duration deadline) override;
  Reply load(HostCalls& host, std::string_view version, const SavedState& saved,
             BytesView config) override;

  [[nodiscard]] InstanceUsage usage() const override { return guest_.usage(); }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return guest_.usage_stamp(); }

 private:
  std::shared_ptr<const WasmtimeCode> code_;  // Before the guest, which runs it.
  Guest guest_;
};

}  // namespace troupe::wasmtime
