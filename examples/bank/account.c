// An account of the bank. Its balance lives in memory only; the ledger has the truth. A new life
// asks the ledger for it, and what arrives before the answer waits.
//
//   debit AMOUNT NUMBER, credit AMOUNT NUMBER    one half of transfer NUMBER: `ok`
//   balance                                      the balance
//
// A half is done when the ledger has booked it. Asked for twice it is booked once, so whoever
// could not learn how a half ended just asks again.

#include "troupe.h"

enum { ledger_timeout_ms = 5000 };

// A half of a transfer on its way.
typedef struct {
  troupe_responder asker;
  int64_t amount;  // Negative for a debit.
  int64_t number;
  uint64_t request;  // To the ledger; 0: not yet sent.
} order;

static uint8_t name_bytes[64];
static troupe_bytes name;
static troupe_address ledger;
static int64_t balance;
static bool is_open;  // The ledger has told the balance.
static uint64_t opening;
static order orders[128];
static size_t order_count;

// The ledger can't be reached or the books differ: the next life begins with what it says.
static troupe_outcome give_up(const char* what, troupe_bytes why) {
  troupe_exit_with_error(troupe_join(troupe_str(what), why));
  return troupe_done();
}

TROUPE_START(config) {
  if (config.len > sizeof(name_bytes)) return troupe_error(troupe_str("the name is too long"));
  __builtin_memcpy(name_bytes, config.ptr, config.len);
  name = troupe_view(name_bytes, config.len);
  troupe_refusal refusal = troupe_find(troupe_str("ledger"), &ledger);
  if (refusal == TROUPE_OK) {
    refusal = troupe_request(ledger, troupe_join(troupe_str("balance "), name), ledger_timeout_ms,
                             &opening);
  }
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

static troupe_refusal send_to_ledger(order* half) {
  const troupe_bytes text =
      troupe_join(troupe_str("book "), troupe_decimal(half->number), troupe_str(" "), name,
                  troupe_str(" "), troupe_decimal(half->amount));
  return troupe_request(ledger, text, ledger_timeout_ms, &half->request);
}

static troupe_outcome take_order(troupe_bytes amount, troupe_bytes number, bool is_debit) {
  order half = {{0}, 0, 0, 0};
  if (!troupe_parse(amount, &half.amount) || !troupe_parse(number, &half.number) ||
      half.amount <= 0) {
    return troupe_error(troupe_str("usage: debit AMOUNT NUMBER"));
  }
  if (order_count == sizeof(orders) / sizeof(*orders)) return troupe_error(troupe_str("busy"));
  if (is_debit) half.amount = -half.amount;
  if (is_open && send_to_ledger(&half) != TROUPE_OK) return troupe_error(troupe_str("busy"));
  half.asker = troupe_responder_for_later();
  orders[order_count++] = half;
  return troupe_done();
}

TROUPE_HANDLE(message) {
  const troupe_bytes verb = troupe_word(&message);
  if (troupe_equals(verb, "balance")) {
    return is_open ? troupe_answer(troupe_decimal(balance))
                   : troupe_error(troupe_str("not open yet"));
  }
  const bool is_debit = troupe_equals(verb, "debit");
  if (!is_debit && !troupe_equals(verb, "credit")) return troupe_error(troupe_str("what?"));
  if (!troupe_answer_owed()) return troupe_error(troupe_str("a transfer is a request"));
  const troupe_bytes amount = troupe_word(&message);
  return take_order(amount, message, is_debit);
}

static troupe_outcome open_account(troupe_bytes told) {
  if (!troupe_parse(told, &balance)) return give_up("the ledger said: ", told);
  is_open = true;
  for (size_t i = 0; i < order_count; ++i) {
    const troupe_refusal refusal = send_to_ledger(&orders[i]);
    if (refusal != TROUPE_OK) return give_up("the ledger is ", troupe_refusal_name(refusal));
  }
  return troupe_done();
}

// The ledger has booked: `booked BALANCE`, or had before: `already BALANCE`.
static troupe_outcome settle(const order* half, troupe_bytes told) {
  if (troupe_equals(troupe_word(&told), "booked")) {
    balance += half->amount;
    int64_t ledgers = 0;
    if (!troupe_parse(told, &ledgers) || ledgers != balance) {
      return give_up("the ledger has a balance of ", told);
    }
  }
  troupe_responder_answer(half->asker, troupe_str("ok"), (troupe_addresses){0, 0});
  return troupe_done();
}

TROUPE_ON_ANSWER(request, answer) {
  if (answer.failure != TROUPE_ANSWERED && answer.failure != TROUPE_FAILED) {
    return give_up("the ledger did not answer: ", troupe_failure_name(answer.failure));
  }
  if (request == opening) {
    if (answer.failure == TROUPE_FAILED) return give_up("the ledger said: ", answer.value);
    return open_account(answer.value);
  }
  size_t at = 0;
  while (at < order_count && orders[at].request != request) ++at;
  if (at == order_count) return troupe_error(troupe_str("an answer to nothing"));
  const order half = orders[at];
  --order_count;
  for (; at < order_count; ++at) orders[at] = orders[at + 1];  // The order of requests stays.
  if (answer.failure == TROUPE_ANSWERED) return settle(&half, answer.value);
  troupe_responder_fail(half.asker, answer.value);
  return troupe_done();
}
