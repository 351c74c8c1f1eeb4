// The probe does what a message tells it, so that a test can reach every function of the contract.
//
// A message is commands separated by `;`, the answer their results separated by `;`. `ok`, `ok
// VALUE` or `refused REASON` is a result. In a TEXT, `|` stands for `;`, so that a probe can be
// told what to tell another. An ACTOR is `#HANDLE`, `self`, `sender` or a name to find; a list of
// them is separated by `,`, and `-` is none. README.md has the list of commands.

#include "probe.h"

// --- The journal: one line for each event ----------------------------------------------------

static uint8_t journal[4096];
static size_t journal_len;

static void note(troupe_bytes line) {
  const size_t room = sizeof(journal) - journal_len;
  const size_t len = line.len + 1 <= room ? line.len : 0;  // Full: whole lines only.
  if (len == 0) return;
  __builtin_memcpy(journal + journal_len, line.ptr, len);
  journal_len += len;
  journal[journal_len++] = '\n';
}

// --- State that outlives a message -----------------------------------------------------------

static uint64_t messages;
static uint8_t config_bytes[256];
static size_t config_len;
static troupe_responder held;    // By `responder-later`; 0: none.
static troupe_address kept[16];  // By `keep`; given to `save`.
static size_t kept_count;
static uint8_t health_kind;
static uint8_t health_bytes[64];
static size_t health_len;

// What `on EVENT COMMANDS` wants done at an event.
typedef struct {
  uint8_t text[128];
  size_t len;
} script;
static script on_answered, on_fired, on_event, on_exited, on_stop, on_check, on_save;

static size_t copy_into(uint8_t* to, size_t room, troupe_bytes from) {
  const size_t len = from.len < room ? from.len : room;
  __builtin_memcpy(to, from.ptr, len);
  return len;
}

// --- Words ------------------------------------------------------------------------------------

static troupe_outcome verdict;  // Set by a command that decides what the handler returns.
static size_t payload_len;      // Of the message in hand.

void probe_answer_bytes(troupe_bytes bytes) { verdict = troupe_answer(bytes); }
void probe_fail(troupe_bytes reason) { verdict = troupe_error(reason); }

troupe_bytes probe_ok(troupe_bytes text) { return troupe_join(troupe_str("ok "), text); }
troupe_bytes probe_ok_number(uint64_t number) { return probe_ok(troupe_decimal((int64_t)number)); }
troupe_bytes probe_said(troupe_refusal refusal) {
  if (refusal == TROUPE_OK) return troupe_str("ok");
  return troupe_join(troupe_str("refused "), troupe_refusal_name(refusal));
}

static troupe_bytes said_number(troupe_refusal refusal, uint64_t number) {
  return refusal == TROUPE_OK ? probe_ok_number(number) : probe_said(refusal);
}
static troupe_bytes said_handle(troupe_refusal refusal, int32_t handle) {
  if (refusal != TROUPE_OK) return probe_said(refusal);
  return troupe_join(troupe_str("ok #"), troupe_decimal(handle));
}

int64_t probe_number(troupe_bytes* rest) {
  int64_t number = 0;
  troupe_parse(troupe_word(rest), &number);
  return number;
}

// Handles that a name stood for: let go of when the message is done.
static troupe_address passing[64];
static size_t passing_count;

static troupe_refusal pass(troupe_address address) {
  if (passing_count < sizeof(passing) / sizeof(*passing)) passing[passing_count++] = address;
  return TROUPE_OK;
}
static void drop_passing(void) {
  for (size_t i = 0; i < passing_count; ++i) troupe_drop(passing[i]);
  passing_count = 0;
}

static troupe_refusal actor_called(troupe_bytes word, troupe_address* address) {
  if (troupe_starts_with(word, "#")) {
    int64_t handle = 0;
    troupe_parse(troupe_view(word.ptr + 1, word.len - 1), &handle);
    address->handle = (int32_t)handle;
    return TROUPE_OK;
  }
  if (troupe_equals(word, "self")) {
    *address = troupe_self();
    return pass(*address);
  }
  if (troupe_equals(word, "sender")) {
    *address = troupe_sender();
    return address->handle != 0 ? pass(*address) : TROUPE_GONE;
  }
  const troupe_refusal refusal = troupe_find(word, address);
  return refusal == TROUPE_OK ? pass(*address) : refusal;
}

troupe_refusal probe_actor(troupe_bytes* rest, troupe_address* address) {
  return actor_called(troupe_word(rest), address);
}

// A word of actors separated by `,`; `-` is none.
static troupe_refusal actors_called(troupe_bytes* rest, troupe_addresses* addresses) {
  const troupe_bytes word = troupe_word(rest);
  troupe_address* const items = troupe_alloc((word.len + 1) * sizeof(*items));
  addresses->items = items;
  addresses->count = 0;
  if (troupe_equals(word, "-")) return TROUPE_OK;
  size_t begin = 0;
  for (size_t i = 0; i <= word.len; ++i) {
    if (i < word.len && word.ptr[i] != ',') continue;
    const troupe_refusal refusal =
        actor_called(troupe_view(word.ptr + begin, i - begin), &items[addresses->count]);
    if (refusal != TROUPE_OK) return refusal;
    ++addresses->count;
    begin = i + 1;
  }
  return TROUPE_OK;
}

// The rest of a command, with `|` read as `;`.
static troupe_bytes text_of(troupe_bytes rest) {
  uint8_t* const text = troupe_alloc(rest.len);
  for (size_t i = 0; i < rest.len; ++i) {
    text[i] = rest.ptr[i] == '|' ? (uint8_t)';' : rest.ptr[i];
  }
  return troupe_view(text, rest.len);
}

// PRIORITY TTL, as -1 .. 2 and milliseconds.
static troupe_options options_of(troupe_bytes* rest) {
  troupe_options options;
  options.priority = (troupe_priority)probe_number(rest);
  options.ttl_ms = (uint32_t)probe_number(rest);
  return options;
}

static troupe_bytes list_of(troupe_addresses addresses) {
  troupe_bytes list = troupe_str("ok");
  for (size_t i = 0; i < addresses.count; ++i) {
    list = troupe_join(list, troupe_str(" #"), troupe_decimal(addresses.items[i].handle));
  }
  return list;
}

// --- Commands: messages -----------------------------------------------------------------------

static troupe_bytes do_send(troupe_bytes rest) {
  troupe_address to;
  const troupe_refusal refusal = probe_actor(&rest, &to);
  return probe_said(refusal != TROUPE_OK ? refusal : troupe_send(to, text_of(rest)));
}

static troupe_bytes do_send_with(troupe_bytes rest) {
  const troupe_options options = options_of(&rest);
  troupe_address to;
  troupe_refusal refusal = probe_actor(&rest, &to);
  troupe_addresses addresses = {0, 0};
  if (refusal == TROUPE_OK) refusal = actors_called(&rest, &addresses);
  if (refusal == TROUPE_OK) refusal = troupe_send_with(to, text_of(rest), options, addresses);
  return probe_said(refusal);
}

static troupe_bytes do_request(troupe_bytes rest) {
  troupe_address to;
  uint64_t number = 0;
  troupe_refusal refusal = probe_actor(&rest, &to);
  const uint32_t timeout_ms = (uint32_t)probe_number(&rest);
  if (refusal == TROUPE_OK) refusal = troupe_request(to, text_of(rest), timeout_ms, &number);
  return said_number(refusal, number);
}

static troupe_bytes do_request_with(troupe_bytes rest) {
  const troupe_options options = options_of(&rest);
  troupe_address to;
  uint64_t number = 0;
  troupe_refusal refusal = probe_actor(&rest, &to);
  const uint32_t timeout_ms = (uint32_t)probe_number(&rest);
  troupe_addresses addresses = {0, 0};
  if (refusal == TROUPE_OK) refusal = actors_called(&rest, &addresses);
  if (refusal == TROUPE_OK) {
    refusal = troupe_request_with(to, text_of(rest), timeout_ms, options, addresses, &number);
  }
  return said_number(refusal, number);
}

static troupe_bytes do_cancel_request(troupe_bytes rest) {
  troupe_cancel_request((uint64_t)probe_number(&rest));
  return troupe_str("ok");
}

static troupe_bytes do_sender(troupe_bytes rest) {
  (void)rest;
  const troupe_address sender = troupe_sender();
  return sender.handle != 0 ? said_handle(TROUPE_OK, sender.handle) : troupe_str("none");
}
static troupe_bytes do_received(troupe_bytes rest) {
  (void)rest;
  return list_of(troupe_received());
}
static troupe_bytes do_message_id(troupe_bytes rest) {
  (void)rest;
  return probe_ok_number(troupe_message_id());
}
static troupe_bytes do_answer_owed(troupe_bytes rest) {
  (void)rest;
  return troupe_str(troupe_answer_owed() ? "ok yes" : "ok no");
}
static troupe_bytes do_time_left(troupe_bytes rest) {
  (void)rest;
  uint32_t left = 0;
  return troupe_time_left_ms(&left) ? probe_ok_number(left) : troupe_str("none");
}
static troupe_bytes do_length(troupe_bytes rest) {
  (void)rest;
  return probe_ok_number(payload_len);
}

// --- Commands: answers given later --------------------------------------------------------------

static troupe_bytes do_responder_later(troupe_bytes rest) {
  (void)rest;
  const troupe_responder responder = troupe_responder_for_later();
  if (responder.handle == 0) return troupe_str("none");
  held = responder;
  return said_handle(TROUPE_OK, responder.handle);
}

// `#HANDLE` first takes that one; otherwise the latest held.
static troupe_responder responder_of(troupe_bytes* rest) {
  troupe_responder responder = held;
  if (troupe_starts_with(*rest, "#")) {
    troupe_bytes word = troupe_word(rest);
    word = troupe_view(word.ptr + 1, word.len - 1);
    responder.handle = (int32_t)probe_number(&word);
  }
  held.handle = 0;
  return responder;
}
static troupe_bytes do_answer_later(troupe_bytes rest) {
  const troupe_responder responder = responder_of(&rest);
  troupe_responder_answer(responder, text_of(rest), (troupe_addresses){0, 0});
  return troupe_str("ok");
}
// ACTORS TEXT: an answer with addresses.
static troupe_bytes do_answer_later_with(troupe_bytes rest) {
  const troupe_responder responder = responder_of(&rest);
  troupe_addresses addresses = {0, 0};
  const troupe_refusal refusal = actors_called(&rest, &addresses);
  if (refusal == TROUPE_OK) troupe_responder_answer(responder, text_of(rest), addresses);
  return probe_said(refusal);
}
static troupe_bytes do_fail_later(troupe_bytes rest) {
  const troupe_responder responder = responder_of(&rest);
  troupe_responder_fail(responder, text_of(rest));
  return troupe_str("ok");
}
static troupe_bytes do_drop_later(troupe_bytes rest) {
  troupe_responder_drop(responder_of(&rest));
  return troupe_str("ok");
}

// --- Commands: actors ---------------------------------------------------------------------------

static troupe_bytes do_self(troupe_bytes rest) {
  (void)rest;
  return said_handle(TROUPE_OK, troupe_self().handle);
}
static troupe_bytes do_find(troupe_bytes rest) {
  troupe_address found = {0};
  const troupe_refusal refusal = troupe_find(text_of(rest), &found);
  return said_handle(refusal, found.handle);
}
static troupe_bytes do_clone(troupe_bytes rest) {
  troupe_address address;
  const troupe_refusal refusal = probe_actor(&rest, &address);
  if (refusal != TROUPE_OK) return probe_said(refusal);
  return said_handle(TROUPE_OK, troupe_clone(address).handle);
}
// #HANDLE
static troupe_bytes do_drop(troupe_bytes rest) {
  troupe_address address;
  if (!troupe_starts_with(rest, "#")) return troupe_str("drop what #HANDLE?");
  const troupe_refusal refusal = probe_actor(&rest, &address);
  if (refusal == TROUPE_OK) troupe_drop(address);
  return probe_said(refusal);
}
static troupe_bytes do_label(troupe_bytes rest) {
  troupe_address address;
  const troupe_refusal refusal = probe_actor(&rest, &address);
  return refusal == TROUPE_OK ? probe_ok(troupe_label(address)) : probe_said(refusal);
}
// TEMPLATE NAME CONFIG; the name `-` is none.
static troupe_bytes do_spawn(troupe_bytes rest) {
  const troupe_bytes template_name = troupe_word(&rest);
  troupe_bytes name = troupe_word(&rest);
  if (troupe_equals(name, "-")) name.len = 0;
  troupe_address child = {0};
  const troupe_refusal refusal = troupe_spawn(template_name, name, text_of(rest), &child);
  return said_handle(refusal, child.handle);
}
static troupe_bytes do_children(troupe_bytes rest) {
  (void)rest;
  return list_of(troupe_children());
}
static troupe_bytes do_stop_child(troupe_bytes rest) {
  troupe_address child;
  troupe_refusal refusal = probe_actor(&rest, &child);
  if (refusal == TROUPE_OK) refusal = troupe_stop(child, (uint32_t)probe_number(&rest));
  return probe_said(refusal);
}
static troupe_bytes do_watch(troupe_bytes rest) {
  troupe_address address;
  uint64_t number = 0;
  troupe_refusal refusal = probe_actor(&rest, &address);
  if (refusal == TROUPE_OK) refusal = troupe_watch(address, &number);
  return said_number(refusal, number);
}
static troupe_bytes do_unwatch(troupe_bytes rest) {
  troupe_unwatch((uint64_t)probe_number(&rest));
  return troupe_str("ok");
}
// `ok`, or `err TEXT`
static troupe_bytes do_exit(troupe_bytes rest) {
  if (troupe_equals(troupe_word(&rest), "err")) {
    troupe_exit_with_error(text_of(rest));
  } else {
    troupe_exit_normally();
  }
  return troupe_str("ok");
}

// --- Commands: topics, timers, clocks, log ------------------------------------------------------

static troupe_bytes do_publish(troupe_bytes rest) {
  const troupe_bytes topic = troupe_word(&rest);
  return probe_said(troupe_publish(topic, text_of(rest)));
}
static troupe_bytes do_subscribe(troupe_bytes rest) {
  uint64_t number = 0;
  const troupe_refusal refusal = troupe_subscribe(text_of(rest), &number);
  return said_number(refusal, number);
}
static troupe_bytes do_unsubscribe(troupe_bytes rest) {
  troupe_unsubscribe((uint64_t)probe_number(&rest));
  return troupe_str("ok");
}
// DELAY PERIOD; a period of 0 is none.
static troupe_bytes do_start_timer(troupe_bytes rest) {
  const uint64_t delay_ms = (uint64_t)probe_number(&rest);
  const uint64_t period_ms = (uint64_t)probe_number(&rest);
  uint64_t number = 0;
  const troupe_refusal refusal = troupe_start_timer(delay_ms, period_ms, &number);
  return said_number(refusal, number);
}
static troupe_bytes do_cancel_timer(troupe_bytes rest) {
  troupe_cancel_timer((uint64_t)probe_number(&rest));
  return troupe_str("ok");
}
static troupe_bytes do_now(troupe_bytes rest) {
  (void)rest;
  return probe_ok_number(troupe_monotonic_ns());
}
static troupe_bytes do_wall(troupe_bytes rest) {
  (void)rest;
  return probe_ok_number(troupe_wall_clock_ms());
}
// N: `ok N HEX`, of at most the first 16 bytes.
static troupe_bytes do_random(troupe_bytes rest) {
  const troupe_bytes random = troupe_random((uint32_t)probe_number(&rest));
  const size_t shown = random.len < 16 ? random.len : 16;
  uint8_t* const hex = troupe_alloc(2 * shown);
  for (size_t i = 0; i < shown; ++i) {
    hex[2 * i] = (uint8_t)"0123456789abcdef"[random.ptr[i] >> 4];
    hex[2 * i + 1] = (uint8_t)"0123456789abcdef"[random.ptr[i] & 15];
  }
  return troupe_join(probe_ok_number(random.len), troupe_str(" "), troupe_view(hex, 2 * shown));
}
// LEVEL TEXT, the level as 0 .. 4
static troupe_bytes do_log(troupe_bytes rest) {
  const troupe_level level = (troupe_level)probe_number(&rest);
  troupe_log(level, text_of(rest));
  return troupe_str("ok");
}

// --- Commands: the probe itself ----------------------------------------------------------------

static troupe_bytes do_echo(troupe_bytes rest) { return text_of(rest); }
static troupe_bytes do_error(troupe_bytes rest) {
  probe_fail(text_of(rest));
  return troupe_str("ok");
}
static troupe_bytes do_none(troupe_bytes rest) {
  (void)rest;
  verdict = troupe_done();
  return troupe_str("ok");
}
static troupe_bytes do_count(troupe_bytes rest) {
  (void)rest;
  return probe_ok_number(messages);
}
static troupe_bytes do_config(troupe_bytes rest) {
  (void)rest;
  return troupe_view(config_bytes, config_len);
}
static troupe_bytes do_journal(troupe_bytes rest) {
  (void)rest;
  return troupe_view(journal, journal_len);
}
static troupe_bytes do_forget(troupe_bytes rest) {
  (void)rest;
  journal_len = 0;
  return troupe_str("ok");
}
static troupe_bytes do_keep(troupe_bytes rest) {
  if (kept_count == sizeof(kept) / sizeof(*kept)) return troupe_str("full");
  troupe_address address;
  const troupe_refusal refusal = probe_actor(&rest, &address);
  if (refusal == TROUPE_OK) kept[kept_count++] = troupe_clone(address);
  return probe_said(refusal);
}
static troupe_bytes do_kept(troupe_bytes rest) {
  (void)rest;
  troupe_bytes labels = troupe_str("ok");
  for (size_t i = 0; i < kept_count; ++i) {
    labels = troupe_join(labels, troupe_str(" "), troupe_label(kept[i]));
  }
  return labels;
}
// 0 healthy, 1 degraded, 2 unhealthy; REASON
static troupe_bytes do_health(troupe_bytes rest) {
  health_kind = (uint8_t)probe_number(&rest);
  health_len = copy_into(health_bytes, sizeof(health_bytes), rest);
  return troupe_str("ok");
}
static troupe_bytes do_on(troupe_bytes rest) {
  static const struct {
    const char* event;
    script* script;
  } scripts[] = {{"answered", &on_answered}, {"fired", &on_fired}, {"event", &on_event},
                 {"exited", &on_exited},     {"stop", &on_stop},   {"check", &on_check},
                 {"save", &on_save}};
  const troupe_bytes event = troupe_word(&rest);
  for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); ++i) {
    if (!troupe_equals(event, scripts[i].event)) continue;
    scripts[i].script->len =
        copy_into(scripts[i].script->text, sizeof(on_fired.text), text_of(rest));
    return troupe_str("ok");
  }
  return troupe_str("unknown event");
}

static const probe_command commands[] = {
    {"send", do_send},
    {"send-with", do_send_with},
    {"request", do_request},
    {"request-with", do_request_with},
    {"cancel-request", do_cancel_request},
    {"sender", do_sender},
    {"received", do_received},
    {"message-id", do_message_id},
    {"answer-owed", do_answer_owed},
    {"time-left", do_time_left},
    {"length", do_length},
    {"responder-later", do_responder_later},
    {"answer-later", do_answer_later},
    {"answer-later-with", do_answer_later_with},
    {"fail-later", do_fail_later},
    {"drop-later", do_drop_later},
    {"self", do_self},
    {"find", do_find},
    {"clone", do_clone},
    {"drop", do_drop},
    {"label", do_label},
    {"spawn", do_spawn},
    {"children", do_children},
    {"stop-child", do_stop_child},
    {"watch", do_watch},
    {"unwatch", do_unwatch},
    {"exit", do_exit},
    {"publish", do_publish},
    {"subscribe", do_subscribe},
    {"unsubscribe", do_unsubscribe},
    {"start-timer", do_start_timer},
    {"cancel-timer", do_cancel_timer},
    {"now", do_now},
    {"wall", do_wall},
    {"random", do_random},
    {"log", do_log},
    {"echo", do_echo},
    {"error", do_error},
    {"none", do_none},
    {"count", do_count},
    {"config", do_config},
    {"journal", do_journal},
    {"forget", do_forget},
    {"keep", do_keep},
    {"kept", do_kept},
    {"health", do_health},
    {"on", do_on},
};

static troupe_bytes run_one(troupe_bytes command) {
  while (command.len != 0 && *command.ptr == ' ') {
    command = troupe_view(command.ptr + 1, command.len - 1);
  }
  troupe_bytes rest = command;
  const troupe_bytes name = troupe_word(&rest);
  for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); ++i) {
    if (troupe_equals(name, commands[i].name)) return commands[i].run(rest);
  }
  bool known = false;
  const troupe_bytes result = probe_misbehave(name, rest, &known);
  return known ? result : troupe_join(troupe_str("unknown command "), name);
}

static troupe_bytes run(troupe_bytes message) {
  troupe_bytes results = {0, 0};
  size_t begin = 0;
  for (size_t i = 0; i <= message.len; ++i) {
    if (i < message.len && message.ptr[i] != ';') continue;
    const troupe_bytes result = run_one(troupe_view(message.ptr + begin, i - begin));
    results = begin == 0 ? result : troupe_join(results, troupe_str(";"), result);
    begin = i + 1;
  }
  drop_passing();
  return results;
}

// Runs an event's script and notes what came of it.
static troupe_outcome run_script(const script* script) {
  verdict = 0;
  if (script->len == 0) return troupe_done();
  const troupe_bytes results = run(troupe_view(script->text, script->len));
  note(troupe_join(troupe_str("  did "), results));
  return verdict != 0 ? verdict : troupe_done();
}

// --- Exports ------------------------------------------------------------------------------------

// A config `do COMMANDS` is carried out by start, `load COMMANDS` by load.
TROUPE_START(config) {
  config_len = copy_into(config_bytes, sizeof(config_bytes), config);
  verdict = 0;
  if (troupe_equals(troupe_word(&config), "do"))
    note(troupe_join(troupe_str("start "), run(config)));
  return verdict != 0 ? verdict : troupe_done();
}

TROUPE_HANDLE(message) {
  ++messages;
  verdict = 0;
  payload_len = message.len;
  const troupe_bytes results = run(message);
  return verdict != 0 ? verdict : troupe_answer(results);
}

TROUPE_ON_ANSWER(request, answer) {
  troupe_bytes line = troupe_join(troupe_str("answered "), troupe_decimal((int64_t)request),
                                  troupe_str(" "), troupe_failure_name(answer.failure));
  if (answer.failure == TROUPE_REFUSED) {
    line = troupe_join(line, troupe_str(" "), troupe_refusal_name(answer.refusal));
  } else if (answer.value.ptr != 0) {
    line = troupe_join(line, troupe_str(" "), answer.value);
  }
  note(line);
  return run_script(&on_answered);
}

TROUPE_ON_TIMER(timer) {
  note(troupe_join(troupe_str("fired "), troupe_decimal((int64_t)timer)));
  return run_script(&on_fired);
}

TROUPE_ON_EVENT(subscription, topic, payload) {
  note(troupe_join(troupe_str("event "), troupe_decimal((int64_t)subscription), troupe_str(" "),
                   topic, troupe_str(" "), payload));
  return run_script(&on_event);
}

TROUPE_ON_EXIT(watch, how) {
  note(troupe_join(troupe_str("exited "), troupe_decimal((int64_t)watch), troupe_str(" "),
                   troupe_exit_name(how.kind), troupe_str(how.text.len != 0 ? " " : ""), how.text));
  return run_script(&on_exited);
}

TROUPE_HEALTH() {
  note(troupe_str("check"));
  run_script(&on_check);
  const troupe_bytes reason = troupe_view(health_bytes, health_len);
  if (health_kind == 0) return troupe_healthy();
  return health_kind == 1 ? troupe_degraded(reason) : troupe_unhealthy(reason);
}

TROUPE_ON_STOP(budget_ms) {
  note(troupe_join(troupe_str("stop "), troupe_decimal(budget_ms)));
  troupe_log(TROUPE_LOG_INFO, troupe_str("the probe was asked to stop"));
  run_script(&on_stop);
}

TROUPE_SAVE(ending) {
  note(troupe_str(ending ? "save ending" : "save"));
  run_script(&on_save);
  if (verdict != 0) return troupe_not_now(troupe_str("the probe does not want to"));
  troupe_address* const clones = troupe_alloc(kept_count * sizeof(*clones));
  for (size_t i = 0; i < kept_count; ++i) clones[i] = troupe_clone(kept[i]);
  troupe_saved saved = {troupe_view(journal, journal_len), {clones, kept_count}, {0, 0}};
  if (ending && held.handle != 0) saved.responders = (troupe_responders){&held, 1};
  return troupe_save(saved);
}

TROUPE_LOAD(version, saved, config) {
  config_len = copy_into(config_bytes, sizeof(config_bytes), config);
  journal_len = copy_into(journal, sizeof(journal), saved.bytes);
  kept_count = saved.addresses.count;
  for (size_t i = 0; i < kept_count; ++i) kept[i] = saved.addresses.items[i];
  if (saved.responders.count != 0) held = saved.responders.items[0];
  note(troupe_join(troupe_str("load "), version));
  verdict = 0;
  if (troupe_equals(troupe_word(&config), "load"))
    note(troupe_join(troupe_str("  did "), run(config)));
  return verdict != 0 ? verdict : troupe_done();
}
