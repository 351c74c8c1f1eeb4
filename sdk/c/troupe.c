// Compiled into each guest: the arena, the imports, and helpers. What a guest does not use, the
// linker leaves out.

#include "troupe.h"

#ifndef TROUPE_ARENA_BYTES
// With 8 KiB of stack and the statics of a small actor: one 32 KiB slice of the host's arena.
#define TROUPE_ARENA_BYTES 16384
#endif
#ifndef TROUPE_PAGE_BYTES
#define TROUPE_PAGE_BYTES 1  // What the module is linked with: -Wl,--page-size=
#endif

const struct troupe_result troupe_area_done = {.is_error = 0};
struct troupe_result troupe_area_answer = {.is_error = 0, .as.ok.is_some = 1};
struct troupe_result troupe_area_error = {.is_error = 1};

// --- The arena ------------------------------------------------------------------------------

static uint8_t troupe_arena_bytes[TROUPE_ARENA_BYTES] __attribute__((aligned(16)));
uintptr_t troupe_arena_base = (uintptr_t)troupe_arena_bytes;
uintptr_t troupe_arena_next = (uintptr_t)troupe_arena_bytes;
static uintptr_t troupe_arena_end = (uintptr_t)troupe_arena_bytes + sizeof(troupe_arena_bytes);

// The name is the message: it is what a backtrace shows.
__attribute__((noinline)) static void troupe_arena_is_full_raise_TROUPE_ARENA_BYTES(void) {
  __builtin_trap();
}

// Makes room for `size` bytes beyond the end of memory, and moves the arena there for good. A
// module that was linked with a fixed memory ends here.
__attribute__((noinline)) static uintptr_t troupe_arena_grow(size_t size) {
  const size_t old_pages = __builtin_wasm_memory_size(0);
  const uintptr_t old_end = (uintptr_t)old_pages * TROUPE_PAGE_BYTES;
  const uintptr_t at = (old_end + 15) & ~(uintptr_t)15;
  const uint64_t wanted = (uint64_t)at + size + (size >> 1) + 16;  // Room for an answer too.
  const uint64_t pages = (wanted - old_end + (TROUPE_PAGE_BYTES - 1)) / TROUPE_PAGE_BYTES;
  if (pages > UINT32_MAX || __builtin_wasm_memory_grow(0, (size_t)pages) == SIZE_MAX) {
    troupe_arena_is_full_raise_TROUPE_ARENA_BYTES();
  }
  troupe_arena_base = at;
  troupe_arena_end = (uintptr_t)((uint64_t)old_end + pages * TROUPE_PAGE_BYTES) & ~(uintptr_t)15;
  return at;
}

static inline void* troupe_arena_take(size_t align, size_t size) {
  // `next` may lie at the end, which is aligned: rounding up does not pass it.
  uintptr_t at = (troupe_arena_next + (align - 1)) & ~(uintptr_t)(align - 1);
  if (__builtin_expect(size > troupe_arena_end - at, 0)) at = troupe_arena_grow(size);
  troupe_arena_next = at + size;
  return (void*)at;
}

void* troupe_alloc(size_t size) { return troupe_arena_take(16, size); }

// Called by the host for each list and string that it passes in.
__attribute__((export_name("cabi_realloc"))) void* troupe_export_realloc(void* old, size_t old_size,
                                                                         size_t align,
                                                                         size_t size) {
  void* fresh = troupe_arena_take(align, size);
  if (__builtin_expect(old_size != 0, 0)) {
    __builtin_memcpy(fresh, old, old_size < size ? old_size : size);
  }
  return fresh;
}

// A guest that writes its own start replaces this one.
__attribute__((weak)) TROUPE_EXPORT("guest@0.1.0#start") troupe_outcome
    troupe_export_start(const uint8_t* ptr, size_t len) {
  (void)ptr;
  (void)len;
  troupe_construct();
  troupe_arena_reset();
  return troupe_done();
}

// --- Imports: the canonical ABI's flat signatures -------------------------------------------

#define IMPORT(name) \
  __attribute__((import_module("troupe:actor/host@0.1.0"), import_name(name))) extern

// How the host writes `result<_, refusal>`, `result<u64, refusal>` and so on into the caller's
// memory: discriminant first, then the value at its own alignment.
typedef struct {
  uint8_t is_error, refusal;
} result_none;
typedef struct {
  uint8_t is_error;
  union {
    uint64_t number;
    uint8_t refusal;
  } as;
} result_number;
typedef struct {
  uint8_t is_error;
  union {
    troupe_address address;
    uint8_t refusal;
  } as;
} result_address;
typedef struct {
  uint8_t is_some;
  int32_t value;
} option_handle;

IMPORT("[method]address.send")
void import_send(troupe_address, const uint8_t*, size_t, result_none*);
IMPORT("[method]address.send-with")
void import_send_with(troupe_address, const uint8_t*, size_t, int32_t priority, int32_t has_ttl,
                      uint32_t ttl, const troupe_address*, size_t, result_none*);
IMPORT("[method]address.request")
void import_request(troupe_address, const uint8_t*, size_t, uint32_t timeout, result_number*);
IMPORT("[method]address.request-with")
void import_request_with(troupe_address, const uint8_t*, size_t, uint32_t timeout, int32_t priority,
                         int32_t has_ttl, uint32_t ttl, const troupe_address*, size_t,
                         result_number*);
IMPORT("[method]address.watch") void import_watch(troupe_address, result_number*);
IMPORT("[method]address.stop") void import_stop(troupe_address, uint32_t budget, result_none*);
IMPORT("[method]address.clone") troupe_address import_clone(troupe_address);
IMPORT("[method]address.label") void import_label(troupe_address, troupe_bytes*);
IMPORT("[static]responder.answer")
void import_answer(troupe_responder, const uint8_t*, size_t, const troupe_address*, size_t);
IMPORT("[static]responder.fail") void import_fail(troupe_responder, const uint8_t*, size_t);
IMPORT("self") troupe_address import_self(void);
IMPORT("sender") void import_sender(option_handle*);
IMPORT("received") void import_received(troupe_addresses*);
IMPORT("message-id") uint64_t import_message_id(void);
IMPORT("answer-owed") int32_t import_answer_owed(void);
IMPORT("time-left-ms") void import_time_left_ms(option_handle*);
IMPORT("responder-for-later") void import_responder_for_later(option_handle*);
IMPORT("find") void import_find(const uint8_t*, size_t, result_address*);
IMPORT("spawn")
void import_spawn(const uint8_t*, size_t, int32_t has_name, const uint8_t* name, size_t,
                  const uint8_t* config, size_t, result_address*);
IMPORT("children") void import_children(troupe_addresses*);
IMPORT("exit") void import_exit(int32_t is_error, const uint8_t*, size_t);
IMPORT("publish")
void import_publish(const uint8_t*, size_t, const uint8_t*, size_t, result_none*);
IMPORT("subscribe") void import_subscribe(const uint8_t*, size_t, result_number*);
IMPORT("unsubscribe") void import_unsubscribe(uint64_t);
IMPORT("start-timer")
void import_start_timer(uint64_t delay, int32_t has_period, uint64_t period, result_number*);
IMPORT("cancel-timer") void import_cancel_timer(uint64_t);
IMPORT("cancel-request") void import_cancel_request(uint64_t);
IMPORT("unwatch") void import_unwatch(uint64_t);
IMPORT("monotonic-now") uint64_t import_monotonic_now(void);
IMPORT("wall-clock-now") uint64_t import_wall_clock_now(void);
IMPORT("random") void import_random(uint32_t, troupe_bytes*);
IMPORT("log") void import_log(int32_t level, const uint8_t*, size_t);
IMPORT("[resource-drop]address") void import_drop_address(troupe_address);
IMPORT("[resource-drop]responder") void import_drop_responder(troupe_responder);

// The contract counts refusals from 0; here 0 is acceptance.
static inline troupe_refusal lift_refusal(uint8_t number) { return (troupe_refusal)(number + 1); }
static inline troupe_refusal lift_none(const result_none* result) {
  return result->is_error ? lift_refusal(result->refusal) : TROUPE_OK;
}
static inline troupe_refusal lift_number(const result_number* result, uint64_t* number) {
  if (result->is_error) return lift_refusal(result->as.refusal);
  *number = result->as.number;
  return TROUPE_OK;
}
static inline troupe_refusal lift_address(const result_address* result, troupe_address* address) {
  if (result->is_error) return lift_refusal(result->as.refusal);
  *address = result->as.address;
  return TROUPE_OK;
}

// The contract counts priorities from `low`, here normal is 0.
static inline int32_t lower_priority(troupe_options options) {
  return options.priority - TROUPE_PRIORITY_LOW;
}

// --- Messages -------------------------------------------------------------------------------

troupe_refusal troupe_send(troupe_address to, troupe_bytes payload) {
  result_none result;
  import_send(to, payload.ptr, payload.len, &result);
  return lift_none(&result);
}

troupe_refusal troupe_send_with(troupe_address to, troupe_bytes payload, troupe_options options,
                                troupe_addresses addresses) {
  result_none result;
  import_send_with(to, payload.ptr, payload.len, lower_priority(options), options.ttl_ms != 0,
                   options.ttl_ms, addresses.items, addresses.count, &result);
  return lift_none(&result);
}

troupe_refusal troupe_request(troupe_address to, troupe_bytes payload, uint32_t timeout_ms,
                              uint64_t* request) {
  result_number result;
  import_request(to, payload.ptr, payload.len, timeout_ms, &result);
  return lift_number(&result, request);
}

troupe_refusal troupe_request_with(troupe_address to, troupe_bytes payload, uint32_t timeout_ms,
                                   troupe_options options, troupe_addresses addresses,
                                   uint64_t* request) {
  result_number result;
  import_request_with(to, payload.ptr, payload.len, timeout_ms, lower_priority(options),
                      options.ttl_ms != 0, options.ttl_ms, addresses.items, addresses.count,
                      &result);
  return lift_number(&result, request);
}

void troupe_cancel_request(uint64_t request) { import_cancel_request(request); }

troupe_outcome_of_request troupe_lift_answer(int32_t is_error, uint32_t a, uint32_t b, uint32_t c) {
  troupe_outcome_of_request outcome = {TROUPE_ANSWERED, TROUPE_OK, {0, 0}};
  if (!is_error) {
    outcome.value = (troupe_bytes){(const uint8_t*)a, b};
    return outcome;
  }
  outcome.failure = (troupe_failure)(a + 1);
  if (outcome.failure == TROUPE_REFUSED) {
    outcome.refusal = lift_refusal((uint8_t)b);
  } else if (outcome.failure >= TROUPE_FAILED) {
    outcome.value = (troupe_bytes){(const uint8_t*)b, c};
  }
  return outcome;
}

troupe_address troupe_sender(void) {
  option_handle option;
  import_sender(&option);
  return (troupe_address){option.is_some ? option.value : 0};
}

troupe_addresses troupe_received(void) {
  troupe_addresses list;
  import_received(&list);
  return list;
}

uint64_t troupe_message_id(void) { return import_message_id(); }
bool troupe_answer_owed(void) { return import_answer_owed() != 0; }

bool troupe_time_left_ms(uint32_t* left) {
  option_handle option;
  import_time_left_ms(&option);
  if (option.is_some) *left = (uint32_t)option.value;
  return option.is_some;
}

troupe_responder troupe_responder_for_later(void) {
  option_handle option;
  import_responder_for_later(&option);
  return (troupe_responder){option.is_some ? option.value : 0};
}

void troupe_responder_answer(troupe_responder responder, troupe_bytes payload,
                             troupe_addresses addresses) {
  import_answer(responder, payload.ptr, payload.len, addresses.items, addresses.count);
}
void troupe_responder_fail(troupe_responder responder, troupe_bytes reason) {
  import_fail(responder, reason.ptr, reason.len);
}
void troupe_responder_drop(troupe_responder responder) { import_drop_responder(responder); }

// --- Actors ---------------------------------------------------------------------------------

troupe_address troupe_self(void) { return import_self(); }

troupe_refusal troupe_find(troupe_bytes name, troupe_address* found) {
  result_address result;
  import_find(name.ptr, name.len, &result);
  return lift_address(&result, found);
}

troupe_address troupe_clone(troupe_address address) { return import_clone(address); }
void troupe_drop(troupe_address address) { import_drop_address(address); }

troupe_bytes troupe_label(troupe_address address) {
  troupe_bytes label;
  import_label(address, &label);
  return label;
}

troupe_refusal troupe_spawn(troupe_bytes template_name, troupe_bytes name, troupe_bytes config,
                            troupe_address* child) {
  result_address result;
  import_spawn(template_name.ptr, template_name.len, name.len != 0, name.ptr, name.len, config.ptr,
               config.len, &result);
  return lift_address(&result, child);
}

troupe_addresses troupe_children(void) {
  troupe_addresses list;
  import_children(&list);
  return list;
}

troupe_refusal troupe_stop(troupe_address child, uint32_t budget_ms) {
  result_none result;
  import_stop(child, budget_ms, &result);
  return lift_none(&result);
}

troupe_refusal troupe_watch(troupe_address address, uint64_t* watch) {
  result_number result;
  import_watch(address, &result);
  return lift_number(&result, watch);
}

void troupe_unwatch(uint64_t watch) { import_unwatch(watch); }
void troupe_exit_normally(void) { import_exit(0, 0, 0); }
void troupe_exit_with_error(troupe_bytes reason) { import_exit(1, reason.ptr, reason.len); }

// --- Topics and timers ----------------------------------------------------------------------

troupe_refusal troupe_publish(troupe_bytes topic, troupe_bytes payload) {
  result_none result;
  import_publish(topic.ptr, topic.len, payload.ptr, payload.len, &result);
  return lift_none(&result);
}

troupe_refusal troupe_subscribe(troupe_bytes filter, uint64_t* subscription) {
  result_number result;
  import_subscribe(filter.ptr, filter.len, &result);
  return lift_number(&result, subscription);
}

void troupe_unsubscribe(uint64_t subscription) { import_unsubscribe(subscription); }

troupe_refusal troupe_start_timer(uint64_t delay_ms, uint64_t period_ms, uint64_t* timer) {
  result_number result;
  import_start_timer(delay_ms, period_ms != 0, period_ms, &result);
  return lift_number(&result, timer);
}

void troupe_cancel_timer(uint64_t timer) { import_cancel_timer(timer); }

// --- Clocks, randomness, log ----------------------------------------------------------------

uint64_t troupe_monotonic_ns(void) { return import_monotonic_now(); }
uint64_t troupe_wall_clock_ms(void) { return import_wall_clock_now(); }

troupe_bytes troupe_random(uint32_t length) {
  troupe_bytes bytes;
  import_random(length, &bytes);
  return bytes;
}

void troupe_log(troupe_level level, troupe_bytes text) {
  import_log((int32_t)level, text.ptr, text.len);
}

// --- Health and state -----------------------------------------------------------------------

struct troupe_status {
  uint8_t kind;
  troupe_bytes reason;
};
static struct troupe_status area_status;

static troupe_health lower_status(uint8_t kind, troupe_bytes reason) {
  area_status = (struct troupe_status){kind, reason};
  return &area_status;
}
troupe_health troupe_healthy(void) { return lower_status(0, (troupe_bytes){0, 0}); }
troupe_health troupe_degraded(troupe_bytes reason) { return lower_status(1, reason); }
troupe_health troupe_unhealthy(troupe_bytes reason) { return lower_status(2, reason); }

struct troupe_save_result {
  uint8_t is_error;
  union {
    troupe_saved saved;
    troupe_bytes error;
  } as;
};
_Static_assert(sizeof(struct troupe_save_result) == 28, "the canonical ABI's layout on wasm32");
static struct troupe_save_result area_save;

troupe_save_outcome troupe_save(troupe_saved saved) {
  area_save.is_error = 0;
  area_save.as.saved = saved;
  return &area_save;
}
troupe_save_outcome troupe_not_now(troupe_bytes reason) {
  area_save.is_error = 1;
  area_save.as.error = reason;
  return &area_save;
}

// --- Names ----------------------------------------------------------------------------------

#define NAME_OF(names, number)                                                     \
  ((size_t)(number) < sizeof(names) / sizeof(*(names)) ? troupe_str(names[number]) \
                                                       : troupe_str("?"))

troupe_bytes troupe_refusal_name(troupe_refusal refusal) {
  static const char* const names[] = {
      "ok",          "gone",     "denied",     "busy",          "too-large",
      "over-quota",  "invalid",  "name-taken", "no-subscriber", "unsupported",
      "unreachable", "stopping", "other"};
  return NAME_OF(names, refusal);
}

troupe_bytes troupe_failure_name(troupe_failure failure) {
  static const char* const names[] = {"answered",  "timed-out", "receiver-exited", "dropped",
                                      "cancelled", "refused",   "failed",          "other"};
  return NAME_OF(names, failure);
}

troupe_bytes troupe_exit_name(troupe_exit_kind kind) {
  static const char* const names[] = {"normal", "killed", "crashed", "exceeded", "lost", "other"};
  return NAME_OF(names, kind);
}

// --- Bytes, text, numbers -------------------------------------------------------------------

bool troupe_same(troupe_bytes a, troupe_bytes b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; ++i) {
    if (a.ptr[i] != b.ptr[i]) return false;
  }
  return true;
}

bool troupe_equals(troupe_bytes bytes, const char* text) {
  return troupe_same(bytes, troupe_str(text));
}

bool troupe_starts_with(troupe_bytes bytes, const char* prefix) {
  const size_t len = __builtin_strlen(prefix);
  return bytes.len >= len && troupe_same((troupe_bytes){bytes.ptr, len}, troupe_str(prefix));
}

troupe_bytes troupe_word(troupe_bytes* rest) {
  size_t len = 0;
  while (len < rest->len && rest->ptr[len] != ' ') ++len;
  const troupe_bytes word = {rest->ptr, len};
  const size_t taken = len < rest->len ? len + 1 : len;
  *rest = (troupe_bytes){rest->ptr + taken, rest->len - taken};
  return word;
}

bool troupe_parse(troupe_bytes text, int64_t* number) {
  const bool negative = text.len != 0 && text.ptr[0] == '-';
  size_t i = negative ? 1 : 0;
  if (i == text.len) return false;
  int64_t value = 0;  // Built as a negative number, whose range is the larger one.
  for (; i < text.len; ++i) {
    const int digit = text.ptr[i] - '0';
    if (digit < 0 || digit > 9) return false;
    if (value < INT64_MIN / 10 || (value == INT64_MIN / 10 && digit > 8)) return false;
    value = value * 10 - digit;
  }
  if (!negative && value == INT64_MIN) return false;
  *number = negative ? value : -value;
  return true;
}

troupe_bytes troupe_decimal(int64_t number) {
  enum { room = 20 };  // -9223372036854775808
  uint8_t* const end = (uint8_t*)troupe_alloc(room) + room;
  uint8_t* at = end;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do {
    *--at = (uint8_t)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) *--at = '-';
  return (troupe_bytes){at, (size_t)(end - at)};
}

troupe_bytes troupe_join_parts(const troupe_bytes* parts, size_t count) {
  size_t len = 0;
  for (size_t i = 0; i < count; ++i) len += parts[i].len;
  uint8_t* const joined = troupe_alloc(len);
  uint8_t* at = joined;
  for (size_t i = 0; i < count; ++i) {
    __builtin_memcpy(at, parts[i].ptr, parts[i].len);
    at += parts[i].len;
  }
  return (troupe_bytes){joined, len};
}

// --- What the compiler calls by itself ------------------------------------------------------
//
// Weak: a guest that links a C library keeps that library's.

#define LIBRARY __attribute__((weak))

LIBRARY void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  return __builtin_memcpy(to, from, size);  // One instruction, not a call of itself.
}
LIBRARY void* memmove(void* to, const void* from, size_t size) {
  return __builtin_memmove(to, from, size);
}
LIBRARY void* memset(void* to, int byte, size_t size) { return __builtin_memset(to, byte, size); }

LIBRARY __attribute__((no_builtin)) int memcmp(const void* a, const void* b, size_t size) {
  const uint8_t* const left = a;
  const uint8_t* const right = b;
  for (size_t i = 0; i < size; ++i) {
    if (left[i] != right[i]) return left[i] - right[i];
  }
  return 0;
}

LIBRARY __attribute__((no_builtin)) size_t strlen(const char* text) {
  size_t len = 0;
  while (text[len] != '\0') ++len;
  return len;
}
