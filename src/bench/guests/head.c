// Its config: how many nurseries, then the config of each. `spawn`, `ask` and `end` from outside
// are answered with how many have answered for it.

#include "nursery.h"

enum { nurseries_max = 1000, config_max = 64 };

static troupe_address nurseries[nurseries_max];
static int64_t size;
static uint8_t config_text[config_max];
static troupe_bytes nursery_config;
static int64_t children_each;
static troupe_responder caller;
static bool spawns;
static int64_t at;
static uint32_t answered;

TROUPE_START(config) {
  if (!troupe_parse(troupe_word(&config), &size) || size < 1 || size > nurseries_max ||
      config.len > config_max)
    return troupe_error(troupe_str("usage: NURSERIES CHILDREN [named]"));
  __builtin_memcpy(config_text, config.ptr, config.len);
  nursery_config = troupe_view(config_text, config.len);
  return troupe_parse(troupe_word(&config), &children_each)
             ? troupe_done()
             : troupe_error(troupe_str("usage: NURSERIES CHILDREN [named]"));
}

static troupe_outcome answer(void) {
  troupe_responder_answer(caller, troupe_decimal(answered), (troupe_addresses){0, 0});
  return troupe_done();
}

// One nursery after the other, so that no mailbox is ever full.
static troupe_outcome go_on(void) {
  if (at == size) return answer();
  if (!spawns) return nursery_say(nurseries[at], (nursery_word){nursery_ask, 0});
  const troupe_refusal refusal = troupe_spawn(troupe_str("nursery"), (troupe_bytes){0, 0},
                                              nursery_config, &nurseries[at]);
  if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
  return nursery_say(nurseries[at], (nursery_word){nursery_spawn, (uint32_t)(at * children_each)});
}

static troupe_outcome end(void) {
  const nursery_word word = {nursery_end, 0};
  for (int64_t i = 0; i < size; ++i) {
    const troupe_refusal refusal = troupe_send(nurseries[i], troupe_view(&word, sizeof(word)));
    if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
    troupe_drop(nurseries[i]);
    ++answered;
  }
  return answer();
}

TROUPE_HANDLE(message) {
  nursery_word word;
  if (nursery_word_in(message, &word)) {
    answered += word.number;
    ++at;
    return go_on();
  }
  caller = troupe_responder_for_later();
  at = 0;
  answered = 0;
  if (troupe_equals(message, "end")) return end();
  spawns = troupe_equals(message, "spawn");
  return go_on();
}
