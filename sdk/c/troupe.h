#pragma once
// Troupe's SDK for actors written in C: the contract of wit/actor.wit, with names and types.
//
//   #include "troupe.h"
//
//   static int64_t total;                                // State: ordinary statics.
//
//   TROUPE_START(config) {                               // Optional: the first thing called.
//     troupe_parse(config, &total);
//     return troupe_done();
//   }
//
//   TROUPE_HANDLE(message) {                             // `add 2` -> `total 2`
//     int64_t number = 0;
//     if (!troupe_equals(troupe_word(&message), "add") || !troupe_parse(message, &number))
//       return troupe_error(troupe_str("usage: add NUMBER"));
//     total += number;
//     return troupe_answer(troupe_join(troupe_str("total "), troupe_decimal(total)));
//   }
//
// Build it (README.md explains the flags):
//
//   clang-22 --target=wasm32 -O2 -nostdlib -Isdk/c counter.c sdk/c/troupe.c -o counter.wasm
//     -Wl,--no-entry,--page-size=1,--no-growable-memory,-z,stack-size=8192
//
// Memory:  messages, answers, and everything that a function here returns live in the arena: good
//          until the handler returns, then gone at once. What must last longer is copied into
//          statics. The arena holds TROUPE_ARENA_BYTES, fixed when troupe.c is compiled; a message
//          that does not fit ends the actor, unless the module was linked to grow.
// Effects: what is sent, asked, spawned, published, ... happens when the handler returns, in the
//          order of the calls. If the handler traps it never happened.
// Errors:  a troupe_refusal says that nothing happened, and why. An unknown or dropped handle, a
//          handle too many, or text that is not UTF-8 ends the actor.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- Values ---------------------------------------------------------------------------------

// Bytes or text; text is UTF-8 without a final zero. A view: it owns nothing.
typedef struct {
  const uint8_t* ptr;
  size_t len;
} troupe_bytes;

// A handle to an actor, one of at most 1,024 at a time. Every function that returns one gives you
// a handle of your own: keep it as long as you like, and drop it when done. Functions that take
// one only borrow it. `handle == 0` is no address.
typedef struct {
  int32_t handle;
} troupe_address;

typedef struct {
  const troupe_address* items;
  size_t count;
} troupe_addresses;

// The duty to answer one request, once. Answering or failing uses it up; dropped unanswered, the
// asker learns `dropped`. `handle == 0` is no responder.
typedef struct {
  int32_t handle;
} troupe_responder;

typedef struct {
  const troupe_responder* items;
  size_t count;
} troupe_responders;

// Why something was not accepted. Nothing happened.
typedef enum {
  TROUPE_OK = 0,         // It was accepted.
  TROUPE_GONE,           // The actor is gone, or never was.
  TROUPE_DENIED,         // The manifest or the host's policy does not grant this.
  TROUPE_BUSY,           // The receiver's mailbox is full: try later, or shed.
  TROUPE_TOO_LARGE,      // Larger than the receiver, this actor's outbox or the node allows.
  TROUPE_OVER_QUOTA,     // A quota of this actor is used up.
  TROUPE_INVALID,        // Malformed: a name, a topic, a filter, an option.
  TROUPE_NAME_TAKEN,     //
  TROUPE_NO_SUBSCRIBER,  //
  TROUPE_UNSUPPORTED,    // The interface that the result would arrive at is not exported.
  TROUPE_UNREACHABLE,    // The receiver's node can't be reached now.
  TROUPE_STOPPING,       // The node is stopping.
  TROUPE_OTHER,
} troupe_refusal;
troupe_bytes troupe_refusal_name(troupe_refusal refusal);  // "too-large"; "ok"

// How a request ended.
typedef enum {
  TROUPE_ANSWERED = 0,      // `value` is the answer.
  TROUPE_TIMED_OUT,         // No answer within the time allowed.
  TROUPE_RECEIVER_EXITED,   // The receiver ended before it answered.
  TROUPE_DROPPED,           // The receiver let go of the request without answering.
  TROUPE_CANCELLED,         // This actor cancelled it.
  TROUPE_REFUSED,           // Accepted at first, then not deliverable: `refusal` says why.
  TROUPE_FAILED,            // The receiver's handler returned an error: `value` is its text.
  TROUPE_FAILED_OTHERWISE,  // `value` says how.
} troupe_failure;
troupe_bytes troupe_failure_name(troupe_failure failure);  // "timed-out"; "answered"

typedef struct {
  troupe_failure failure;
  troupe_refusal refusal;
  troupe_bytes value;
} troupe_outcome_of_request;

// How an actor ended.
typedef enum {
  TROUPE_EXIT_NORMAL = 0,
  TROUPE_EXIT_KILLED,
  TROUPE_EXIT_CRASHED,   // `text`: the kind of trap, or the actor's error.
  TROUPE_EXIT_EXCEEDED,  // `text`: the limit, such as `deadline`.
  TROUPE_EXIT_LOST,
  TROUPE_EXIT_OTHER,
} troupe_exit_kind;
troupe_bytes troupe_exit_name(troupe_exit_kind kind);  // "crashed"

typedef struct {
  troupe_exit_kind kind;
  troupe_bytes text;
} troupe_exited;

// Order among queued messages; low ones are never starved.
typedef enum {
  TROUPE_PRIORITY_LOW = -1,
  TROUPE_PRIORITY_NORMAL = 0,
  TROUPE_PRIORITY_HIGH = 1,
  TROUPE_PRIORITY_CRITICAL = 2,
} troupe_priority;

// All zero: a normal message that waits as long as it takes.
typedef struct {
  troupe_priority priority;
  uint32_t ttl_ms;  // Unhandled after this long, the message becomes a dead letter; 0: never.
} troupe_options;

typedef enum {
  TROUPE_LOG_TRACE = 0,
  TROUPE_LOG_DEBUG,
  TROUPE_LOG_INFO,
  TROUPE_LOG_WARN,
  TROUPE_LOG_ERROR,
} troupe_level;

// --- What a handler returns -----------------------------------------------------------------

typedef const struct troupe_result* troupe_outcome;

// Handled. A request without an answer is let go of (`dropped`), unless its responder was taken.
static inline troupe_outcome troupe_done(void);
// The answer to the request in hand; ignored for a plain message.
static inline troupe_outcome troupe_answer(troupe_bytes answer);
// Fails the request with this text; for a plain message the text is logged and counted. What the
// handler asked for happens all the same. Returned by start, it says that the actor can't start.
static inline troupe_outcome troupe_error(troupe_bytes reason);

// --- Messages -------------------------------------------------------------------------------

// Queues a message. Between one sender and one receiver, order is kept within a priority.
troupe_refusal troupe_send(troupe_address to, troupe_bytes payload);
// At most 16 addresses, which the receiver then holds too.
troupe_refusal troupe_send_with(troupe_address to, troupe_bytes payload, troupe_options options,
                                troupe_addresses addresses);
// Asks. The answer or failure arrives at TROUPE_ON_ANSWER under the number written to *request.
troupe_refusal troupe_request(troupe_address to, troupe_bytes payload, uint32_t timeout_ms,
                              uint64_t* request);
troupe_refusal troupe_request_with(troupe_address to, troupe_bytes payload, uint32_t timeout_ms,
                                   troupe_options options, troupe_addresses addresses,
                                   uint64_t* request);
// `answered` still comes once, with `cancelled` or with the outcome that came first.
void troupe_cancel_request(uint64_t request);

// --- The message in hand --------------------------------------------------------------------

troupe_address troupe_sender(void);  // handle 0 for a message from outside.
// The addresses that came with the message; taken once.
troupe_addresses troupe_received(void);
uint64_t troupe_message_id(void);
bool troupe_answer_owed(void);
// How long the asker still waits. False for a plain message.
bool troupe_time_left_ms(uint32_t* left);
// Takes over the answer, to give it later; what the handler returns is then not an answer.
// handle 0 if no answer is owed.
troupe_responder troupe_responder_for_later(void);
// Each uses the responder up.
void troupe_responder_answer(troupe_responder responder, troupe_bytes payload,
                             troupe_addresses addresses);
void troupe_responder_fail(troupe_responder responder, troupe_bytes reason);
void troupe_responder_drop(troupe_responder responder);

// --- Actors ---------------------------------------------------------------------------------

troupe_address troupe_self(void);
// The address behind a name that the manifest grants: `ledger`, `other-app/ledger`.
troupe_refusal troupe_find(troupe_bytes name, troupe_address* found);
troupe_address troupe_clone(troupe_address address);
void troupe_drop(troupe_address address);
// The actor's name, or its id where it has none: for people and logs.
troupe_bytes troupe_label(troupe_address address);

// Starts a child from a template of the manifest; an empty name is none. The address is good at
// once: what is sent to it waits for its start.
troupe_refusal troupe_spawn(troupe_bytes template_name, troupe_bytes name, troupe_bytes config,
                            troupe_address* child);
troupe_addresses troupe_children(void);
// Asks a child to stop within the budget; denied for any other actor.
troupe_refusal troupe_stop(troupe_address child, uint32_t budget_ms);
// TROUPE_ON_EXIT is told once, when the actor's present life ends.
troupe_refusal troupe_watch(troupe_address address, uint64_t* watch);
void troupe_unwatch(uint64_t watch);
// Ends this actor after the handler returns: normally, or as a crash with this text.
void troupe_exit_normally(void);
void troupe_exit_with_error(troupe_bytes reason);

// --- Topics and timers ----------------------------------------------------------------------

troupe_refusal troupe_publish(troupe_bytes topic, troupe_bytes payload);
// `orders.*.new`, `orders.#`; events arrive at TROUPE_ON_EVENT.
troupe_refusal troupe_subscribe(troupe_bytes filter, uint64_t* subscription);
void troupe_unsubscribe(uint64_t subscription);
// TROUPE_ON_TIMER is called after the delay, and then each period, if that is not 0.
troupe_refusal troupe_start_timer(uint64_t delay_ms, uint64_t period_ms, uint64_t* timer);
void troupe_cancel_timer(uint64_t timer);

// --- Clocks, randomness, log ----------------------------------------------------------------

uint64_t troupe_monotonic_ns(void);   // Since the node started; constant within one handler.
uint64_t troupe_wall_clock_ms(void);  // Since 1970-01-01 UTC.
// At most 65,536 bytes; more ends the actor.
troupe_bytes troupe_random(uint32_t length);
// Leaves at once, also from a handler that crashes afterwards.
void troupe_log(troupe_level level, troupe_bytes text);

// --- Bytes, text, numbers -------------------------------------------------------------------

// Room in the arena, 16-byte aligned, not zeroed. Ends the actor when the arena is full.
void* troupe_alloc(size_t size);

// Views a C string.
static inline troupe_bytes troupe_str(const char* text) {
  return (troupe_bytes){(const uint8_t*)text, __builtin_strlen(text)};
}
static inline troupe_bytes troupe_view(const void* ptr, size_t len) {
  return (troupe_bytes){(const uint8_t*)ptr, len};
}
bool troupe_same(troupe_bytes a, troupe_bytes b);
bool troupe_equals(troupe_bytes bytes, const char* text);
bool troupe_starts_with(troupe_bytes bytes, const char* prefix);
// Takes the first word off `rest`: up to a space, which is taken too. Empty when nothing is left.
troupe_bytes troupe_word(troupe_bytes* rest);
// The whole of `text` as a decimal number, `-` allowed. False, and *number untouched, if it is not
// one or does not fit.
bool troupe_parse(troupe_bytes text, int64_t* number);
troupe_bytes troupe_decimal(int64_t number);
// One after the other: troupe_join(troupe_str("total "), troupe_decimal(5)).
#define troupe_join(...)                                 \
  troupe_join_parts((const troupe_bytes[]){__VA_ARGS__}, \
                    sizeof((const troupe_bytes[]){__VA_ARGS__}) / sizeof(troupe_bytes))
troupe_bytes troupe_join_parts(const troupe_bytes* parts, size_t count);

// --- What an actor exports ------------------------------------------------------------------
//
// Each macro begins a function of yours and exports it; an interface of which nothing is written
// is not exported, and what would arrive there is refused as `unsupported`. Use each once, in one
// .c file.

// Every actor: one message. A request is answered by troupe_answer.
#define TROUPE_HANDLE(message)                                                      \
  static troupe_outcome troupe_user_handle(troupe_bytes message);                   \
  TROUPE_EXPORT("guest@0.1.0#handle")                                               \
  troupe_outcome troupe_export_handle(const uint8_t* ptr_, size_t len_) {           \
    const troupe_outcome outcome_ = troupe_user_handle((troupe_bytes){ptr_, len_}); \
    troupe_arena_reset();                                                           \
    return outcome_;                                                                \
  }                                                                                 \
  static troupe_outcome troupe_user_handle(troupe_bytes message)

// Called once, before any message, with the manifest's config. Left out: nothing to start.
#define TROUPE_START(config)                                                       \
  static troupe_outcome troupe_user_start(troupe_bytes config);                    \
  TROUPE_EXPORT("guest@0.1.0#start")                                               \
  troupe_outcome troupe_export_start(const uint8_t* ptr_, size_t len_) {           \
    troupe_construct();                                                            \
    const troupe_outcome outcome_ = troupe_user_start((troupe_bytes){ptr_, len_}); \
    troupe_arena_reset();                                                          \
    return outcome_;                                                               \
  }                                                                                \
  static troupe_outcome troupe_user_start(troupe_bytes config)

// How a request ended: uint64_t request, troupe_outcome_of_request answer.
#define TROUPE_ON_ANSWER(request, answer)                                                         \
  static troupe_outcome troupe_user_answered(uint64_t request, troupe_outcome_of_request answer); \
  TROUPE_EXPORT("answers@0.1.0#answered")                                                         \
  troupe_outcome troupe_export_answered(uint64_t number_, int32_t is_error_, uint32_t a_,         \
                                        uint32_t b_, uint32_t c_) {                               \
    const troupe_outcome outcome_ =                                                               \
        troupe_user_answered(number_, troupe_lift_answer(is_error_, a_, b_, c_));                 \
    troupe_arena_reset();                                                                         \
    return outcome_;                                                                              \
  }                                                                                               \
  static troupe_outcome troupe_user_answered(uint64_t request, troupe_outcome_of_request answer)

// uint64_t timer
#define TROUPE_ON_TIMER(timer)                                  \
  static troupe_outcome troupe_user_fired(uint64_t timer);      \
  TROUPE_EXPORT("timers@0.1.0#fired")                           \
  troupe_outcome troupe_export_fired(uint64_t number_) {        \
    const troupe_outcome outcome_ = troupe_user_fired(number_); \
    troupe_arena_reset();                                       \
    return outcome_;                                            \
  }                                                             \
  static troupe_outcome troupe_user_fired(uint64_t timer)

// uint64_t subscription, troupe_bytes topic, troupe_bytes payload
#define TROUPE_ON_EVENT(subscription, topic, payload)                                       \
  static troupe_outcome troupe_user_event(uint64_t subscription, troupe_bytes topic,        \
                                          troupe_bytes payload);                            \
  TROUPE_EXPORT("events@0.1.0#event")                                                       \
  troupe_outcome troupe_export_event(uint64_t number_, const uint8_t* topic_ptr_,           \
                                     size_t topic_len_, const uint8_t* ptr_, size_t len_) { \
    const troupe_outcome outcome_ = troupe_user_event(                                      \
        number_, (troupe_bytes){topic_ptr_, topic_len_}, (troupe_bytes){ptr_, len_});       \
    troupe_arena_reset();                                                                   \
    return outcome_;                                                                        \
  }                                                                                         \
  static troupe_outcome troupe_user_event(uint64_t subscription, troupe_bytes topic,        \
                                          troupe_bytes payload)

// uint64_t watch, troupe_exited how
#define TROUPE_ON_EXIT(watch, how)                                                          \
  static troupe_outcome troupe_user_exited(uint64_t watch, troupe_exited how);              \
  TROUPE_EXPORT("exits@0.1.0#exited")                                                       \
  troupe_outcome troupe_export_exited(uint64_t number_, int32_t kind_, const uint8_t* ptr_, \
                                      size_t len_) {                                        \
    const troupe_exited exited_ = {(troupe_exit_kind)kind_, {ptr_, len_}};                  \
    const troupe_outcome outcome_ = troupe_user_exited(number_, exited_);                   \
    troupe_arena_reset();                                                                   \
    return outcome_;                                                                        \
  }                                                                                         \
  static troupe_outcome troupe_user_exited(uint64_t watch, troupe_exited how)

// Returns troupe_healthy(), troupe_degraded(reason) or troupe_unhealthy(reason). Only log, clocks
// and random work here.
typedef const struct troupe_status* troupe_health;
troupe_health troupe_healthy(void);
troupe_health troupe_degraded(troupe_bytes reason);
troupe_health troupe_unhealthy(troupe_bytes reason);
#define TROUPE_HEALTH()                                \
  static troupe_health troupe_user_check(void);        \
  TROUPE_EXPORT("health@0.1.0#check")                  \
  troupe_health troupe_export_check(void) {            \
    const troupe_health health_ = troupe_user_check(); \
    troupe_arena_reset();                              \
    return health_;                                    \
  }                                                    \
  static troupe_health troupe_user_check(void)

// Asked to stop, with the time left; returns nothing: uint32_t budget_ms
#define TROUPE_ON_STOP(budget_ms)                   \
  static void troupe_user_stop(uint32_t budget_ms); \
  TROUPE_EXPORT("stopping@0.1.0#stop")              \
  void troupe_export_stop(uint32_t budget_) {       \
    troupe_user_stop(budget_);                      \
    troupe_arena_reset();                           \
  }                                                 \
  static void troupe_user_stop(uint32_t budget_ms)

// The whole state: bytes, and the handles that it needs. They pass to the runtime, which gives
// them back in the same order. Give clones of addresses; give responders only when `ending`.
typedef struct {
  troupe_bytes bytes;
  troupe_addresses addresses;
  troupe_responders responders;
} troupe_saved;
typedef const struct troupe_save_result* troupe_save_outcome;
troupe_save_outcome troupe_save(troupe_saved saved);
troupe_save_outcome troupe_not_now(troupe_bytes reason);

// bool ending. Only log, clocks, random, self, label and clone work here.
#define TROUPE_SAVE(ending)                                                 \
  static troupe_save_outcome troupe_user_save(bool ending);                 \
  TROUPE_EXPORT("state@0.1.0#save")                                         \
  troupe_save_outcome troupe_export_save(int32_t is_ending_) {              \
    const troupe_save_outcome outcome_ = troupe_user_save(is_ending_ != 0); \
    troupe_arena_reset();                                                   \
    return outcome_;                                                        \
  }                                                                         \
  static troupe_save_outcome troupe_user_save(bool ending)

// Called instead of start where there is saved state: troupe_bytes version (of the component that
// saved it), troupe_saved saved, troupe_bytes config. Goes with TROUPE_SAVE.
#define TROUPE_LOAD(version, saved, config)                                                       \
  static troupe_outcome troupe_user_load(troupe_bytes version, troupe_saved saved,                \
                                         troupe_bytes config);                                    \
  TROUPE_EXPORT("state@0.1.0#load")                                                               \
  troupe_outcome troupe_export_load(const uint8_t* version_ptr_, size_t version_len_,             \
                                    const uint8_t* ptr_, size_t len_,                             \
                                    const troupe_address* addresses_, size_t address_count_,      \
                                    const troupe_responder* responders_, size_t responder_count_, \
                                    const uint8_t* config_ptr_, size_t config_len_) {             \
    troupe_construct();                                                                           \
    const troupe_saved given_ = {                                                                 \
        {ptr_, len_}, {addresses_, address_count_}, {responders_, responder_count_}};             \
    const troupe_outcome outcome_ =                                                               \
        troupe_user_load((troupe_bytes){version_ptr_, version_len_}, given_,                      \
                         (troupe_bytes){config_ptr_, config_len_});                               \
    troupe_arena_reset();                                                                         \
    return outcome_;                                                                              \
  }                                                                                               \
  static troupe_outcome troupe_user_load(troupe_bytes version, troupe_saved saved,                \
                                         troupe_bytes config)

// --- Behind the names: the canonical ABI ----------------------------------------------------

#define TROUPE_EXPORT(name) __attribute__((export_name("troupe:actor/" name)))

// `result<option<list<u8>>, string>`, which `result<_, string>` is a prefix of.
struct troupe_result {
  uint8_t is_error;
  union {
    struct {
      uint8_t is_some;
      troupe_bytes value;
    } ok;
    troupe_bytes error;
  } as;
};
_Static_assert(sizeof(struct troupe_result) == 16, "the canonical ABI's layout on wasm32");

// One area for each shape, so that a handler writes only what differs from call to call.
extern const struct troupe_result troupe_area_done;
extern struct troupe_result troupe_area_answer;
extern struct troupe_result troupe_area_error;

static inline troupe_outcome troupe_done(void) { return &troupe_area_done; }
static inline troupe_outcome troupe_answer(troupe_bytes answer) {
  troupe_area_answer.as.ok.value = answer;
  return &troupe_area_answer;
}
static inline troupe_outcome troupe_error(troupe_bytes reason) {
  troupe_area_error.as.error = reason;
  return &troupe_area_error;
}

// Runs constructors of statics, where there are any: a life's first call does. Left to itself, the
// linker would have them run again at every call.
void troupe_construct(void) __asm__("__wasm_call_ctors");

extern uintptr_t troupe_arena_base;
extern uintptr_t troupe_arena_next;

// The host reads the answer right after the return, before any other call: it stays readable.
static inline void troupe_arena_reset(void) { troupe_arena_next = troupe_arena_base; }

troupe_outcome_of_request troupe_lift_answer(int32_t is_error, uint32_t a, uint32_t b, uint32_t c);
