#pragma once
// A node inside your program: workers, mailboxes, supervisors and the engine, started and stopped
// as one object.
//
//   auto runtime = troupe::Runtime::start({.workers = 2});
//   auto counter = (*runtime)->spawn(*troupe::Component::from_file("counter.wasm"), {.name =
//   "counter"}); auto answer  = (*runtime)->request(*counter, troupe::as_bytes("add 2"), 1s);   //
//   Result<Bytes>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/actor.hpp"
#include "troupe/actor_query.hpp"
#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/dead_letter.hpp"
#include "troupe/exit_event.hpp"
#include "troupe/health.hpp"
#include "troupe/history_query.hpp"
#include "troupe/hooks.hpp"
#include "troupe/mailbox.hpp"
#include "troupe/node_event.hpp"
#include "troupe/outcome.hpp"
#include "troupe/result.hpp"
#include "troupe/state.hpp"
#include "troupe/status.hpp"
#include "troupe/supervisor_status.hpp"
#include "troupe/time.hpp"

namespace troupe {

// When a supervisor restarts a child.
enum class Restart : std::uint8_t {
  permanent,  // Whatever the exit.
  transient,  // After crashed, exceeded, killed, lost.
  temporary,  // Never.
};

// What an actor may do, by literal name or topic filter; nothing unless given.
struct Grants {
  std::vector<std::string> find = {};       // Actor names: `ledger`, `other-app/ledger`.
  std::vector<std::string> publish = {};    // Topic filters: `orders.#`.
  std::vector<std::string> subscribe = {};  // Topic filters; a subscription must lie within one.
  std::vector<std::string> spawn = {};      // Names of templates of the manifest.

  friend bool operator==(const Grants&, const Grants&) = default;
};

// What an actor runs: a WebAssembly file or a class of this program. A value, cheap to copy.
// Thread: any thread; immutable once made.
class Component {
 public:
  // Reads the file; it is checked and compiled by the first spawn.
  // Errors: not_found, denied, invalid_argument (not a WebAssembly module).
  [[nodiscard]] static Result<Component> from_file(const std::filesystem::path& path);
  [[nodiscard]] static Component from_bytes(std::string name, Bytes wasm);
  // A new object for each life. `make` is called on a worker thread.
  [[nodiscard]] static Component native(std::string name,
                                        std::function<std::unique_ptr<Actor>()> make);

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  friend class Runtime;
  std::string name_ = {};
  std::shared_ptr<const Bytes> wasm_;
  std::shared_ptr<const std::function<std::unique_ptr<Actor>()>> make_;
};

struct SpawnOptions {
  // [a-z0-9][a-z0-9_-]{0,62}, unique in the app. Empty: no name, found by address alone.
  std::string name = {};
  Bytes config = {};
  Restart restart = Restart::permanent;
  Grants grants = {};
  MailboxBounds mailbox = {};
  // When it is asked how it is. Without: a guest that exports `health` by the defaults, a native
  // actor never. invalid_argument for a guest that exports none.
  std::optional<HealthChecks> health = {};
  // How long it may take to stop when its supervisor or the end of the node wants it; then it is
  // killed. 1 ms .. 1 h.
  Duration shutdown = std::chrono::seconds(5);
  // Its handlers may take long: they run beside the workers from their beginning. A guest that
  // turns out to take long gets there by itself.
  bool long_running = false;
  // What its handlers find as Turn::state(), and the program where it has kept it:
  // make_state<T>(...). Native actors only.
  AnyState state = {};
};

struct NativeOptions {
  bool long_running = false;  // As in SpawnOptions.
};

struct RuntimeOptions {
  // [a-z0-9][a-z0-9_-]{0,62}; the app of actors spawned without a manifest.
  std::string name = "app";
  // 1 .. limits::workers_max; 0: one for each core this process may use.
  std::uint32_t workers = 0;
  // Actors change their worker: to where there is time for them, and to whom they talk to. Without,
  // they stay where they were put: beside who spawned them, or in turn over the workers.
  bool actors_move = true;
  // Both are called on a thread of the runtime, one call at a time each; keep them short. Default:
  // log lines to standard error, exits nowhere.
  std::function<void(const LogLine&)> on_log = {};
  std::function<void(const ExitEvent&)> on_exit = {};
  // Called around the lives of all actors.
  Hooks hooks = {};
};

// How the node came to its end.
struct RuntimeEnd {
  bool failed = false;      // A supervisor gave up.
  std::string reason = {};  // Empty for a stop that was asked for.
};

// Thread:  any thread, but load(), spawn(), request(), stop(), restart(), wait() and shut_down()
//          wait: from inside a handler or a callback they are refused with a hint (a thread of the
//          runtime would wait for itself). wait() and shut_down(), which have no error to give it
//          with, return at once and have done nothing.
// Owns:    all actors; the destructor shuts down.
// Errors:  by name: not_found; gone or full receivers: unavailable, overloaded.
class Runtime {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(RuntimeOptions options = {});
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  ~Runtime();

  // Lets manifests name `component = "native:NAME"`. Before load().
  Result<void> add_native(std::string name, std::function<std::unique_ptr<Actor>()> make,
                          NativeOptions options = {});

  // Reads an app manifest, compiles its components, starts its actors in the order given, and
  // returns when all are ready. On an error, what had started is stopped again.
  // Errors: those of the file; the first actor that can't start: unavailable, with its exit.
  Result<void> load(const std::filesystem::path& manifest);

  // Starts one actor under the root supervisor and returns when it is ready.
  Result<Address> spawn(const Component& component, SpawnOptions options = {});

  // `actor` in this node's app, or `app/actor`.
  Result<Address> find(std::string_view name);

  // Queues a message from outside. Ok: accepted, not yet handled. overloaded: its mailbox is full,
  // or its worker has 65,536 messages to take in first.
  Result<void> send(Address to, BytesView payload);
  // Asks and waits for the answer. timed_out; unavailable: the receiver ended or let go of it;
  // internal: the receiver's handler returned an error, which is the message.
  Result<Bytes> request(Address to, BytesView payload, Duration timeout);
  // The same without waiting: `done` is called once, before this returns if nothing was asked, else
  // on a thread of the runtime or on the one that destroys it. So hold no lock that `done` takes.
  void request_async(Address to, BytesView payload, Duration timeout,
                     const std::function<void(Result<Bytes>)>& done);

  // `told` is called once, on a thread of the runtime, when the present life of `actor` has ended
  // and its supervisor has decided; keep it short. not_found: it is gone already.
  Result<void> watch(Address actor, std::function<void(const ExitEvent&)> told);

  // Asks the actor to stop, waits until it has ended; killed when the budget is over. None: its
  // own, which is `shutdown` in its manifest, else 5 s. Not restarted. timed_out: native code
  // holds its worker.
  Result<void> stop(Address actor, std::optional<Duration> budget = std::nullopt);
  // Stops the present life in good order, as stop() does, and returns when the next is ready; what
  // is in the mailbox waits for it. Does not count as one of its supervisor's restarts.
  // unsupported: an actor that another has spawned.
  Result<void> restart(Address actor, std::optional<Duration> budget = std::nullopt);
  // Ends the present life; the supervisor then decides as for any exit. Does not wait.
  Result<void> kill(Address actor);

  // All of them: while none has ended, in the order in which they were asked for.
  [[nodiscard]] std::vector<ActorStatus> actors();
  // Those that fit, by name, and how many more do. Looks at every actor: a million take
  // 0.2 to 0.5 s; copies only what it shows. An actor that comes or goes meanwhile may be in it or
  // not.
  [[nodiscard]] ActorList actors(const ActorQuery& query);
  // not_found: it is gone.
  [[nodiscard]] Result<ActorStatus> actor(Address actor);
  // The same, and what it may use.
  [[nodiscard]] Result<ActorDetails> details(Address actor);
  // Of the whole node: what it has counted costs next to nothing; for the gauges it looks at every
  // actor.
  [[nodiscard]] NodeCounters counters();
  [[nodiscard]] NodeGauges gauges();
  // Accepted messages that could not be delivered: the latest, newest first. The node keeps 1,000.
  [[nodiscard]] std::vector<DeadLetter> dead_letters(std::size_t at_most = 1'000) const;

  // How lives ended that nobody would say ended well, oldest first. The node keeps 1,000.
  [[nodiscard]] std::vector<ExitEvent> crashes(const HistoryQuery& query = {}) const;
  // What has happened to actors, oldest first. The node keeps 2,000. Of actors that others have
  // spawned no first starts are told, and that they ended well only if there is an `on_exit`.
  [[nodiscard]] std::vector<NodeEvent> events(const HistoryQuery& query = {}) const;

  // How the supervisors with names stand, root first; `told` is called once, on a thread of the
  // runtime; keep it short.
  void supervisors(std::function<void(std::vector<SupervisorStatus>)> told) const;

  // Waits until the node has ended: a supervisor gave up, or shut_down() was called elsewhere.
  // None if `timeout` is over first.
  std::optional<RuntimeEnd> wait(std::optional<Duration> timeout = std::nullopt);
  // Takes nothing from outside any more (unavailable), lets what waits in mailboxes be handled, for
  // half of the budget and 10 s at most, stops all actors in reverse order of their start, then the
  // workers. A second call is harmless. Handlers of actors written in C++ that never return are
  // waited for without end, given up or not.
  void shut_down(Duration budget = std::chrono::seconds(60));

 private:
  class Node;
  explicit Runtime(std::unique_ptr<Node> node);
  std::unique_ptr<Node> node_;
};

}  // namespace troupe
