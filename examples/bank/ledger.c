// The ledger of the bank: the truth about every account, made from messages.
//
// Config: the opening balance of each account, then their names.
//
//   balance NAME              the balance: how an account begins a life
//   book NUMBER NAME AMOUNT   a half of transfer NUMBER: a debit if AMOUNT is negative, then a
//                             credit. `booked BALANCE`; `already BALANCE` for the same half again;
//                             an error for what would break the books
//   openings NAME             how often NAME has asked for its balance
//   sum, count                of all balances; transfers with both halves booked
//   check                     `balanced` or `broken`, then the figures

#include "troupe.h"

enum { accounts_max = 16, name_max = 32, transfers_kept = 65536 };

typedef struct {
  uint8_t name[name_max];
  size_t name_len;
  int64_t balance;
  int64_t openings;
} account;

// One transfer; a later number takes the place of one that is complete.
typedef struct {
  uint32_t number;  // 0: none.
  int32_t amount;
  uint8_t debited;   // Account + 1; 0: not yet.
  uint8_t credited;  // Likewise.
} transfer;

static account accounts[accounts_max];
static size_t account_count;
static int64_t opening_total;
static transfer transfers[transfers_kept];
static int64_t debits, credits, debit_total, credit_total, repeats, rejects;

TROUPE_START(config) {
  int64_t opening = 0;
  if (!troupe_parse(troupe_word(&config), &opening)) {
    return troupe_error(troupe_str("config: BALANCE NAME NAME ..."));
  }
  while (config.len != 0) {
    const troupe_bytes name = troupe_word(&config);
    if (account_count == accounts_max || name.len > name_max) {
      return troupe_error(troupe_str("config: at most 16 names of at most 32 bytes"));
    }
    account* const fresh = &accounts[account_count++];
    __builtin_memcpy(fresh->name, name.ptr, name.len);
    fresh->name_len = name.len;
    fresh->balance = opening;
    opening_total += opening;
  }
  return troupe_done();
}

static account* find_account(troupe_bytes name) {
  for (size_t i = 0; i < account_count; ++i) {
    if (troupe_same(troupe_view(accounts[i].name, accounts[i].name_len), name)) return &accounts[i];
  }
  return 0;
}

static troupe_outcome reject(const char* why) {
  ++rejects;
  return troupe_error(troupe_str(why));
}

static troupe_outcome already(const account* owner) {
  ++repeats;
  return troupe_answer(troupe_join(troupe_str("already "), troupe_decimal(owner->balance)));
}

// Books one half, if it fits the other. This is what keeps the sum right whatever gets lost or
// comes twice.
static troupe_outcome book(transfer* entry, uint32_t number, account* owner, int32_t amount) {
  const uint8_t mark = (uint8_t)(owner - accounts + 1);
  const bool is_debit = amount < 0;
  if (entry->number > number) return already(owner);  // Complete, and its place taken since.
  if (entry->number == number) {
    const uint8_t booked_by = is_debit ? entry->debited : entry->credited;
    const int32_t expected = is_debit ? -entry->amount : entry->amount;
    if (amount != expected) return reject("the amounts of the halves differ");
    if (booked_by == mark) return already(owner);
    if (booked_by != 0) return reject("another account has booked this half");
  } else {
    if (!is_debit) return reject("the credit comes before the debit");
    if (entry->number != 0 && entry->credited == 0) return reject("too many open transfers");
    if (owner->balance + amount < 0) return troupe_error(troupe_str("overdrawn"));
    *entry = (transfer){number, -amount, 0, 0};
  }
  if (is_debit) {
    entry->debited = mark;
    ++debits;
    debit_total -= amount;
  } else {
    entry->credited = mark;
    ++credits;
    credit_total += amount;
  }
  owner->balance += amount;
  return troupe_answer(troupe_join(troupe_str("booked "), troupe_decimal(owner->balance)));
}

static troupe_outcome book_message(troupe_bytes message) {
  int64_t number = 0;
  int64_t amount = 0;
  const bool is_number = troupe_parse(troupe_word(&message), &number);
  account* const owner = find_account(troupe_word(&message));
  if (owner == 0) return reject("there is no such account");
  if (!is_number || number < 1 || number > UINT32_MAX || !troupe_parse(message, &amount) ||
      amount == 0 || amount > 1000000 || amount < -1000000) {
    return reject("usage: book NUMBER NAME AMOUNT");
  }
  return book(&transfers[(uint32_t)number % transfers_kept], (uint32_t)number, owner,
              (int32_t)amount);
}

static int64_t sum(void) {
  int64_t total = 0;
  for (size_t i = 0; i < account_count; ++i) total += accounts[i].balance;
  return total;
}

static troupe_outcome check(void) {
  const bool balanced =
      sum() == opening_total && debits == credits && debit_total == credit_total && rejects == 0;
  return troupe_answer(troupe_join(
      troupe_str(balanced ? "balanced" : "broken"), troupe_str(" sum "), troupe_decimal(sum()),
      troupe_str(" opening "), troupe_decimal(opening_total), troupe_str(" debits "),
      troupe_decimal(debits), troupe_str(" credits "), troupe_decimal(credits),
      troupe_str(" moved "), troupe_decimal(debit_total), troupe_str(" repeats "),
      troupe_decimal(repeats), troupe_str(" rejects "), troupe_decimal(rejects)));
}

TROUPE_HANDLE(message) {
  const troupe_bytes verb = troupe_word(&message);
  if (troupe_equals(verb, "book")) return book_message(message);
  if (troupe_equals(verb, "sum")) return troupe_answer(troupe_decimal(sum()));
  if (troupe_equals(verb, "count")) return troupe_answer(troupe_decimal(credits));
  if (troupe_equals(verb, "check")) return check();
  account* const owner = find_account(message);
  if (owner == 0) return troupe_error(troupe_str("there is no such account"));
  if (troupe_equals(verb, "openings")) return troupe_answer(troupe_decimal(owner->openings));
  if (!troupe_equals(verb, "balance")) return troupe_error(troupe_str("what?"));
  ++owner->openings;
  return troupe_answer(troupe_decimal(owner->balance));
}
