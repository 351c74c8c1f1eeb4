#pragma once
// What the two halves of the probe share: words of a command, names of addresses.

#include "troupe.h"

typedef struct {
  const char* name;
  troupe_bytes (*run)(troupe_bytes rest);
} probe_command;

// The next word as a number; 0 where there is none.
int64_t probe_number(troupe_bytes* rest);
// The next word as an actor: `#HANDLE`, `self`, `sender`, or a name to find.
troupe_refusal probe_actor(troupe_bytes* rest, troupe_address* address);
troupe_bytes probe_said(troupe_refusal refusal);  // `ok`, `refused busy`
troupe_bytes probe_ok_number(uint64_t number);    // `ok 17`
troupe_bytes probe_ok(troupe_bytes text);         // `ok TEXT`
void probe_answer_bytes(troupe_bytes bytes);      // The handler answers just this.
void probe_fail(troupe_bytes reason);             // The handler returns this error.
troupe_bytes probe_misbehave(troupe_bytes name, troupe_bytes rest, bool* known);
