// Adds up: `add 2` -> `total 2`. The total is lost when a life ends; config is where it begins.

#include "troupe.h"

static int64_t total;

TROUPE_START(config) {
  troupe_parse(config, &total);
  return troupe_done();
}

TROUPE_HANDLE(message) {
  int64_t number = 0;
  if (!troupe_equals(troupe_word(&message), "add") || !troupe_parse(message, &number))
    return troupe_error(troupe_str("usage: add NUMBER"));
  total += number;
  return troupe_answer(troupe_join(troupe_str("total "), troupe_decimal(total)));
}
