#pragma once
// Every bound of the system, with who fills it. "Unlimited" can't be written. A manifest may lower
// or raise what has a ceiling (`_max` beside a `_default`); the rest is fixed.

#include <cstddef>
#include <cstdint>

namespace troupe::limits {

inline constexpr std::uint64_t KiB = 1024;
inline constexpr std::uint64_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * MiB;

// --- One handler: filled by the guest whose message is being handled.
inline constexpr std::size_t outbox_effects_max = 1'024;
inline constexpr std::uint64_t outbox_bytes_max = 4 * MiB;
inline constexpr std::size_t message_addresses_max = 16;   // Addresses that travel with a message.
inline constexpr std::uint32_t random_bytes_max = 65'536;  // One call of `random`; more traps.
inline constexpr std::size_t log_line_bytes_max = 64 * KiB;  // One log line; the rest is cut off.
inline constexpr std::size_t error_text_bytes_max =
    64 * KiB;  // A guest's error; the rest is cut off.
inline constexpr std::size_t label_bytes_max = 256;
inline constexpr std::size_t topic_bytes_max = 256;  // A topic or filter.
inline constexpr std::size_t topic_segments_max = 16;

// --- One message: filled by its sender.
inline constexpr std::uint64_t payload_bytes_default = 1 * MiB;
inline constexpr std::uint64_t payload_bytes_max = 64 * MiB;

// --- One actor: filled by that actor, or by those who send to it.
inline constexpr std::uint32_t mailbox_messages_default = 1'000;
inline constexpr std::uint32_t mailbox_messages_max = 1'000'000;
inline constexpr std::uint64_t mailbox_bytes_default = 4 * MiB;
inline constexpr std::uint64_t mailbox_bytes_max = 1 * GiB;
inline constexpr std::uint32_t redeliver_max = 100;       // Of one message, after crashes.
inline constexpr std::uint32_t requests_default = 1'024;  // In flight, asked by one actor.
inline constexpr std::uint32_t requests_max = 100'000;
inline constexpr std::uint32_t timers_default = 1'000;
inline constexpr std::uint32_t timers_max = 100'000;
inline constexpr std::uint32_t children_default = 1'024;
inline constexpr std::uint32_t children_max = 100'000;
inline constexpr std::uint32_t censuses_max = 64;          // Bounds of descendants above one actor.
inline constexpr std::uint32_t addresses_default = 1'024;  // Handles a guest holds, of both kinds.
inline constexpr std::uint32_t addresses_max = 65'536;
inline constexpr std::uint32_t subscriptions_max = 1'024;
inline constexpr std::uint32_t watches_max = 1'024;
inline constexpr std::size_t grants_max = 1'024;  // In each list of an actor's grants.
inline constexpr std::uint64_t config_bytes_max = 1 * MiB;
inline constexpr std::uint64_t snapshot_bytes_default =
    1 * MiB;  // Of the latest; bytes and handles.
inline constexpr std::uint64_t snapshot_bytes_max = 64 * MiB;
inline constexpr std::uint32_t snapshot_interval_ms_min = 10;
inline constexpr std::uint32_t snapshot_interval_ms_max = 24 * 60 * 60 * 1000;

// --- One guest instance: filled by guest code.
inline constexpr std::uint64_t memory_bytes_default = 64 * MiB;
inline constexpr std::uint64_t memory_bytes_max = 4 * GiB;
inline constexpr std::uint32_t table_elements_default = 10'000;
inline constexpr std::uint32_t table_elements_max = 1'000'000;
inline constexpr std::uint32_t stack_bytes = 512 * 1024;     // Wasm stack; one setting per engine.
inline constexpr std::uint32_t deadline_ms_default = 1'000;  // All guest code for one message.
inline constexpr std::uint32_t deadline_ms_min = 1;
inline constexpr std::uint32_t deadline_ms_max = 300'000;
inline constexpr std::uint32_t health_interval_ms_default = 5'000;  // Between checks.
inline constexpr std::uint32_t health_interval_ms_min = 10;
inline constexpr std::uint32_t health_interval_ms_max = 24 * 60 * 60 * 1000;
inline constexpr std::uint32_t health_timeout_ms_default = 1'000;  // Of one check.
inline constexpr std::uint32_t health_timeout_ms_max = 300'000;
inline constexpr std::uint32_t health_threshold_default = 3;  // Failures in a row that end a life.
inline constexpr std::uint32_t health_threshold_max = 100;
inline constexpr std::size_t health_reason_bytes_max = 1 * KiB;   // The rest is cut off.
inline constexpr std::uint32_t start_timeout_ms_default = 5'000;  // Of a life, until it is ready.
inline constexpr std::uint32_t start_timeout_ms_max = 300'000;
inline constexpr std::uint64_t fuel_default = 1'000'000'000;  // Per message, class `deterministic`.
inline constexpr std::uint64_t fuel_max = 1'000'000'000'000;
inline constexpr std::size_t backtrace_frames_max = 16;

// --- One turn: shared by the actors of a worker.
inline constexpr std::uint32_t turn_messages_max = 64;
inline constexpr std::int64_t turn_ns_max = 2'000'000;
inline constexpr std::uint64_t share_ticks = 2;       // The same for one message of a guest.
inline constexpr std::uint64_t share_ns = 2'000'000;  // Likewise, by the clock.
// So many turns in a row beyond it, and the next ones go on beside the worker from their beginning.
inline constexpr std::uint8_t long_turns_in_a_row = 3;
inline constexpr std::uint64_t away_slice_ticks = 5;   // Beyond it, before it lets others go first.
inline constexpr std::uint32_t away_threads_max = 64;  // Of a node: guests beyond their share.
inline constexpr std::uint32_t inbox_messages_max = 65'536;  // Of a worker; senders hold back then.
inline constexpr std::uint32_t move_actors_max = 64;  // From one worker to another, at one time.
inline constexpr std::uint32_t late_ms = 10;         // A turn may take beyond its deadline, untold.
inline constexpr std::uint32_t stuck_ms = 2'000;     // A worker in one handler, and it is told.
inline constexpr std::uint32_t stuck_look_ms = 500;  // How often it is looked for.
inline constexpr std::uint32_t hook_ms_max = 1'000;  // A hook of the embedding program.
inline constexpr std::uint32_t turns_a_look = 61;    // At how long messages wait.
// Turns before those who wait have theirs again: of who was just sent something by the one that
// ran, and of those that were just made; the latter for a tick of the clock at most.
inline constexpr std::uint32_t next_turns_in_a_row = 3;
inline constexpr std::uint32_t new_turns_in_a_row = 256;
inline constexpr std::uint32_t step_turns_max = 64;  // Before a worker looks at the clock again.

// --- One component file: filled by whoever wrote it; checked before compilation.
inline constexpr std::uint64_t component_bytes_max = 64 * MiB;
inline constexpr std::uint32_t component_imports_max = 200;
inline constexpr std::uint32_t component_exports_max = 500;

// --- One node.
inline constexpr std::uint32_t workers_max = 256;
inline constexpr std::uint32_t actors_max = 4'000'000;  // Slots, live or reserved.
inline constexpr std::size_t dead_letters_max = 1'000;  // Kept for a look; older ones are dropped.
inline constexpr std::uint64_t dead_letters_bytes_max = 64 * MiB;  // Of their payloads; likewise.
inline constexpr std::size_t crashes_max = 1'000;                  // Likewise.
inline constexpr std::uint64_t crashes_bytes_max = 16 * MiB;       // All in all; likewise.
inline constexpr std::size_t events_max = 2'000;                   // Likewise.
inline constexpr std::uint64_t events_bytes_max = 1 * MiB;         // Likewise.
inline constexpr std::size_t crash_log_lines_max = 20;             // Of one crash report.
inline constexpr std::size_t crash_payload_bytes_max = 1 * KiB;    // Likewise; the rest is cut off.
inline constexpr std::size_t frames_described_max = 256;           // Of one code, for reports.
inline constexpr std::size_t frame_described_bytes_max = 1 * KiB;  // Longer ones are not kept.
inline constexpr std::size_t log_tail_lines_max = 10'000;     // For crash reports, of all actors.
inline constexpr std::uint64_t log_tail_bytes_max = 4 * MiB;  // Likewise.
inline constexpr std::size_t log_tail_line_bytes_max = 1 * KiB;  // The rest is cut off.
inline constexpr std::uint64_t pool_huge_from = 4 * MiB;  // From here on it grows by huge pages.
inline constexpr std::uint64_t pool_idle_bytes_max = 8 * MiB;  // Large free blocks, per worker.
inline constexpr std::uint64_t manifest_bytes_max = 1 * MiB;
inline constexpr std::size_t manifest_depth_max = 16;   // Nested tables and lists; dots of one key.
inline constexpr std::size_t manifest_errors_max = 20;  // Shown at once; the rest is counted.
inline constexpr std::uint32_t supervisor_period_ms_min = 1;
inline constexpr std::uint32_t supervisor_period_ms_max = 24 * 60 * 60 * 1000;
inline constexpr std::uint32_t supervisor_backoff_ms_default = 100;
inline constexpr std::uint32_t supervisor_backoff_cap_ms_default = 30'000;
inline constexpr std::uint32_t supervisor_backoff_ms_max = 60 * 60 * 1000;  // Base and cap.
inline constexpr std::size_t supervisor_depth_max = 16;  // Supervisors below each other, with root.
inline constexpr std::size_t supervisor_history_max = 100;  // Failures of its children, the latest.
// So many messages that one actor refuses within so long are told, once in that time. On each
// worker so many receivers are watched for it, and of the node so many actors are remembered as
// told.
inline constexpr std::uint32_t refusal_burst = 100;
inline constexpr std::uint32_t refusal_window_ms = 10'000;
inline constexpr std::size_t refusal_places = 256;
inline constexpr std::size_t refusals_told_max = 10'000;
inline constexpr std::size_t compiled_components_max = 256;  // Remembered by the loader.
inline constexpr std::size_t disk_entries_max = 10'000;  // Names of one folder; more are left out.
inline constexpr std::uint32_t intensity_max = 1'000'000;  // Restarts within a supervisor's window.
inline constexpr std::uint64_t request_timeout_ms_max = 24ULL * 60 * 60 * 1000;
// What waits in mailboxes when a node is to end is handled first, for half of its time at most.
inline constexpr std::uint32_t drain_ms_max = 10'000;
inline constexpr std::uint32_t drain_look_ms = 5;  // How often it is asked whether all is done.
// Steps of each worker after its thread has ended, for what others have still sent there.
inline constexpr std::uint32_t settling_rounds_max = 1'000;
inline constexpr std::uint32_t stop_budget_ms_default = 5'000;
inline constexpr std::uint32_t stop_budget_ms_max = 60 * 60 * 1000;  // As a manifest gives it.

// --- The arena: linear memories of guests (engine/arena.hpp); filled by instances.
inline constexpr std::uint64_t arena_slice_bytes_min = 32 * KiB;
inline constexpr std::uint64_t arena_slice_bytes_max = memory_bytes_max;
inline constexpr std::uint64_t arena_reserve_bytes_default = 8'192 * GiB;  // Addresses per class.
inline constexpr std::uint64_t arena_slices_max = 4'194'304;               // Per class.
inline constexpr std::uint64_t arena_lead_bytes_max = 64 * MiB;  // Populated ahead, per class.
inline constexpr std::uint32_t arena_warm_slices_max = 64;       // Freed but resident, per class.

// --- The node's API over HTTP: filled by local clients of the node's owner.
inline constexpr std::size_t http_connections_max = 64;  // Further ones are answered 503.
inline constexpr std::size_t http_header_bytes_max = 8 * KiB;
inline constexpr std::uint64_t http_body_bytes_max = payload_bytes_max;
inline constexpr std::size_t http_target_bytes_max = 2 * KiB;
inline constexpr std::size_t http_segments_max = 8;  // Parts of a path.
inline constexpr std::size_t http_parameters_max = 8;
inline constexpr std::size_t http_history_page_max = 1'000;  // Crashes or events, likewise.
inline constexpr std::size_t http_actors_page_max = 10'000;  // Actors in one answer.
inline constexpr std::uint64_t http_drain_bytes_max =
    64 * MiB;  // Read and thrown away before a close.
inline constexpr std::uint64_t http_answer_bytes_max = 256 * MiB;  // What the client reads.

// --- Queries of actors: filled by who asks.
inline constexpr std::size_t query_pattern_bytes_max = 256;
inline constexpr std::uint64_t query_age_ms_max = 10ULL * 366 * 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t query_shown_max = 4'000'000;  // By `troupe ps`, page by page.

// Requests open at once from the program that embeds the node, and from its API.
inline constexpr std::size_t outside_requests_max = 65'536;

// --- Benchmarks: filled by measuring processes, and by peers written in other languages.
inline constexpr std::size_t bench_samples_max = 10'000;               // Of a row in one process.
inline constexpr std::size_t bench_line_bytes_max = 1 * MiB;           // One row's samples.
inline constexpr std::uint32_t bench_processes_max = 100;              // Fresh processes of a row.
inline constexpr std::uint64_t bench_record_bytes_max = 256 * MiB;     // A file of results.
inline constexpr std::uint64_t bench_program_bytes_max = 1'024 * MiB;  // A saved program.

// --- Names.
inline constexpr std::size_t name_bytes_max = 63;  // app, actor, template: [a-z0-9][a-z0-9_-]*

}  // namespace troupe::limits
