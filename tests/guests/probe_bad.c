// The probe's bad behaviour: every way to die that C can express, and a few that only come close.

#include "probe.h"

// What the optimiser must not see through.
static volatile int32_t opaque_int;
static volatile float opaque_float;
static volatile uint32_t depth;

// A page past the end of memory, wherever that is.
static volatile uint8_t* past_the_end(void) {
  return (volatile uint8_t*)(uintptr_t)(0xFFFFFFF0U + (uint32_t)opaque_int);
}

typedef int64_t (*wrong_type)(int64_t, int64_t, float);
static int32_t harmless(int32_t number) { return number + 1; }

// Not a tail call, and without locals in memory: it is the machine's stack that runs out.
__attribute__((noinline)) static uint32_t dive(uint32_t level) {
  if (opaque_int != 0) return 0;  // Never, but the compiler does not know.
  depth = level;
  return dive(level + 1) + depth;
}

static void trap(troupe_bytes kind) {
  if (troupe_equals(kind, "unreachable")) __builtin_trap();
  if (troupe_equals(kind, "memory")) *past_the_end() = 1;
  if (troupe_equals(kind, "division")) opaque_int = 1000 / opaque_int;
  if (troupe_equals(kind, "overflow")) {
    opaque_int = -1;
    opaque_int = INT32_MIN / opaque_int;
  }
  if (troupe_equals(kind, "conversion")) {
    opaque_float = __builtin_nanf("");
    opaque_int = __builtin_wasm_trunc_s_i32_f32(opaque_float);
  }
  if (troupe_equals(kind, "table")) ((void (*)(void))(uintptr_t)(100000 + opaque_int))();
  if (troupe_equals(kind, "null")) ((void (*)(void))(uintptr_t)opaque_int)();
  if (troupe_equals(kind, "signature")) {
    int32_t (*volatile target)(int32_t) = harmless;
    opaque_int = (int32_t)((wrong_type)(void (*)(void))target)(1, 2, 3.0F);
  }
  if (troupe_equals(kind, "stack")) opaque_int = (int32_t)dive(0);
}

static troupe_bytes bad_trap(troupe_bytes rest) {
  trap(rest);
  return troupe_str("unknown kind");
}
static troupe_bytes bad_loop(troupe_bytes rest) {
  (void)rest;
  for (;;) opaque_int = opaque_int + 1;
}
// N rounds of nothing: a handler that is only slow.
static troupe_bytes bad_burn(troupe_bytes rest) {
  const int64_t rounds = probe_number(&rest);
  for (int64_t i = 0; i < rounds; ++i) opaque_int = (int32_t)i;
  opaque_int = 0;
  return troupe_str("ok");
}
// Grows memory by N pages: `ok OLD_PAGES`, or `ok -1`.
static troupe_bytes bad_grow(troupe_bytes rest) {
  const size_t old_pages = __builtin_wasm_memory_grow(0, (size_t)probe_number(&rest));
  return probe_ok(troupe_decimal((int32_t)old_pages));
}
static troupe_bytes bad_handle(troupe_bytes rest) {
  const troupe_address guessed = {(int32_t)probe_number(&rest)};
  return probe_said(troupe_send(guessed, troupe_str("hello?")));
}
static troupe_bytes bad_responder(troupe_bytes rest) {
  const troupe_responder guessed = {(int32_t)probe_number(&rest)};
  troupe_responder_answer(guessed, troupe_str("hello?"), (troupe_addresses){0, 0});
  return troupe_str("ok");
}
static troupe_bytes bad_double_drop(troupe_bytes rest) {
  (void)rest;
  const troupe_address self = troupe_self();
  troupe_drop(self);
  troupe_drop(self);
  return troupe_str("ok");
}
static troupe_bytes bad_use_after_drop(troupe_bytes rest) {
  (void)rest;
  const troupe_address self = troupe_self();
  troupe_drop(self);
  return probe_said(troupe_send(self, troupe_str("still there?")));
}
// N ACTOR: that many sends: `ok ACCEPTED LAST_REFUSAL`
static troupe_bytes bad_effects(troupe_bytes rest) {
  const int64_t wanted = probe_number(&rest);
  troupe_address to;
  troupe_refusal refusal = probe_actor(&rest, &to);
  if (refusal != TROUPE_OK) return probe_said(refusal);
  int64_t accepted = 0;
  for (int64_t i = 0; i < wanted; ++i) {
    const troupe_refusal sent = troupe_send(to, troupe_str("count"));
    if (sent == TROUPE_OK)
      ++accepted;
    else
      refusal = sent;
  }
  return troupe_join(probe_ok(troupe_decimal(accepted)), troupe_str(" "),
                     troupe_refusal_name(refusal));
}
// N: holds that many more handles to itself.
static troupe_bytes bad_many_addresses(troupe_bytes rest) {
  const int64_t wanted = probe_number(&rest);
  for (int64_t i = 0; i < wanted; ++i) (void)troupe_self();
  return troupe_str("ok");
}
// WHERE: `log`, `error`, `find`, `topic`
static troupe_bytes bad_utf8(troupe_bytes rest) {
  const troupe_bytes text = troupe_str("\xC3\x28");
  troupe_address found;
  if (troupe_equals(rest, "log")) troupe_log(TROUPE_LOG_INFO, text);
  if (troupe_equals(rest, "error")) probe_fail(text);
  if (troupe_equals(rest, "find")) return probe_said(troupe_find(text, &found));
  if (troupe_equals(rest, "topic")) return probe_said(troupe_publish(text, text));
  return troupe_str("ok");
}

// N bytes of memory from 0 up, which grows if it must; as large as it gets if it can't.
static troupe_bytes much(int64_t size) {
  const int64_t have = (int64_t)(uint32_t)__builtin_wasm_memory_size(0);
  if (size > have) (void)__builtin_wasm_memory_grow(0, (size_t)(size - have));
  return troupe_view(0, (size_t)size);
}
static troupe_bytes bad_big_answer(troupe_bytes rest) {
  probe_answer_bytes(much(probe_number(&rest)));
  return troupe_str("ok");
}
// N ACTOR
static troupe_bytes bad_big_send(troupe_bytes rest) {
  const troupe_bytes payload = much(probe_number(&rest));
  troupe_address to;
  const troupe_refusal refusal = probe_actor(&rest, &to);
  return probe_said(refusal != TROUPE_OK ? refusal : troupe_send(to, payload));
}
// Bytes that lie beyond the end of memory, as a payload.
static troupe_bytes bad_wild_send(troupe_bytes rest) {
  (void)rest;
  const troupe_bytes wild = troupe_view((const void*)past_the_end(), 1U << 20);
  return probe_said(troupe_send(troupe_self(), wild));
}
static troupe_bytes bad_wild_answer(troupe_bytes rest) {
  (void)rest;
  probe_answer_bytes(troupe_view((const void*)past_the_end(), 1U << 20));
  return troupe_str("ok");
}
// A priority that the contract does not know.
static troupe_bytes bad_priority(troupe_bytes rest) {
  (void)rest;
  const troupe_options options = {(troupe_priority)(7 + opaque_int), 0};
  return probe_said(
      troupe_send_with(troupe_self(), troupe_str("x"), options, (troupe_addresses){0, 0}));
}

static const probe_command misdeeds[] = {
    {"trap", bad_trap},
    {"loop", bad_loop},
    {"burn", bad_burn},
    {"grow", bad_grow},
    {"bad-handle", bad_handle},
    {"bad-responder", bad_responder},
    {"double-drop", bad_double_drop},
    {"use-after-drop", bad_use_after_drop},
    {"effects", bad_effects},
    {"many-addresses", bad_many_addresses},
    {"bad-utf8", bad_utf8},
    {"big-answer", bad_big_answer},
    {"big-send", bad_big_send},
    {"wild-send", bad_wild_send},
    {"wild-answer", bad_wild_answer},
    {"bad-priority", bad_priority},
};

troupe_bytes probe_misbehave(troupe_bytes name, troupe_bytes rest, bool* known) {
  for (size_t i = 0; i < sizeof(misdeeds) / sizeof(*misdeeds); ++i) {
    if (!troupe_equals(name, misdeeds[i].name)) continue;
    *known = true;
    return misdeeds[i].run(rest);
  }
  *known = troupe_equals(name, "oob") || troupe_equals(name, "stack");
  if (*known) trap(troupe_str(troupe_equals(name, "oob") ? "memory" : "stack"));
  return troupe_str("survived");
}
