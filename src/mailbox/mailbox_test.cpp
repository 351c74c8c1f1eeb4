// Proves the order in which a mailbox gives out what it holds, and when it says it is full.

#include "mailbox/mailbox.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/split_mix.hpp"

namespace troupe {
namespace {

EnvelopePtr message(std::uint64_t number, Priority priority = Priority::normal,
                    std::size_t bytes = 0) {
  return Envelope::make({.priority = priority, .number = number}, Bytes(bytes));
}

// A mailbox with its bounds.
class Box {
 public:
  explicit Box(const MailboxBounds& bounds) : mailbox_(bounds), bounds_(bounds) {}
  void push(EnvelopePtr envelope, EnvelopeList& dropped) {
    mailbox_.push(std::move(envelope), bounds_, dropped);
  }
  EnvelopePtr pop() { return mailbox_.pop(bounds_); }
  Mailbox* operator->() { return &mailbox_; }

 private:
  Mailbox mailbox_;
  MailboxBounds bounds_;
};

// Pushes what is not to be dropped.
void push(Box& mailbox, EnvelopePtr envelope) {
  EnvelopeList dropped;
  mailbox.push(std::move(envelope), dropped);
  EXPECT_TRUE(dropped.empty());
}

// The numbers of all that a push dropped, then of all that is left, in their order.
struct Outcome {
  std::vector<std::uint64_t> dropped;
  std::vector<std::uint64_t> left;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(Box& mailbox, EnvelopePtr last) {
  Outcome outcome;
  EnvelopeList dropped;
  mailbox.push(std::move(last), dropped);
  while (const EnvelopePtr one = dropped.pop()) outcome.dropped.push_back(one->number);
  while (const EnvelopePtr one = mailbox.pop()) outcome.left.push_back(one->number);
  return outcome;
}

constexpr MailboxBounds roomy;

TEST(Mailbox, GivesOutInTheOrderOfArrival) {
  Box mailbox(roomy);
  for (std::uint64_t i = 0; i < 100; ++i) push(mailbox, message(i));
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(mailbox.pop()->number, i);
  EXPECT_EQ(mailbox.pop(), nullptr);
  EXPECT_TRUE(mailbox->empty());
}

TEST(Mailbox, KnowsBoundsOfEverySizeToTheLastMessage) {
  // Some of these are beyond what it remembers of them.
  for (const std::uint32_t messages : {1U, 2U, 65'534U, 65'535U, 65'536U, 65'537U, 100'000U}) {
    Box mailbox({.messages = messages, .bytes = UINT64_MAX});
    for (std::uint32_t i = 1; i < messages; ++i) push(mailbox, message(i));
    ASSERT_FALSE(mailbox->is_full()) << messages;
    push(mailbox, message(messages));
    ASSERT_TRUE(mailbox->is_full()) << messages;
  }
  for (const std::uint64_t bytes : {1U, 2U, 1'023U, 1'024U}) {
    Box mailbox({.bytes = bytes});
    push(mailbox, message(1, Priority::normal, bytes - 1));
    ASSERT_FALSE(mailbox->is_full()) << bytes;
    push(mailbox, message(2, Priority::normal, 1));
    ASSERT_TRUE(mailbox->is_full()) << bytes;
  }
}

TEST(Mailbox, LetsTheSystemLaneOvertake) {
  Box mailbox(roomy);
  push(mailbox, message(1, Priority::critical));
  push(mailbox, Envelope::make({.kind = EnvelopeKind::timer, .number = 2}));
  push(mailbox, Envelope::make({.kind = EnvelopeKind::stop, .number = 3}));
  EXPECT_EQ(mailbox.pop()->number, 2U);
  EXPECT_EQ(mailbox.pop()->number, 3U);
  EXPECT_EQ(mailbox.pop()->number, 1U);
}

TEST(Mailbox, ServesPrioritiesFromHighToLow) {
  Box mailbox(roomy);
  push(mailbox, message(0, Priority::low));
  push(mailbox, message(1, Priority::normal));
  push(mailbox, message(2, Priority::high));
  push(mailbox, message(3, Priority::critical));
  for (std::uint64_t expected : {3U, 2U, 1U, 0U}) EXPECT_EQ(mailbox.pop()->number, expected);
}

TEST(Mailbox, NeverStarvesALaneThatWaits) {
  const MailboxBounds bounds{.messages = 10'000};
  Box mailbox(bounds);
  for (int i = 0; i < 3; ++i) push(mailbox, message(1, Priority::low));
  for (int i = 0; i < 3; ++i) push(mailbox, message(2, Priority::normal));
  int low = 0;
  int normal = 0;
  for (int i = 0; i < 200; ++i) {
    push(mailbox, message(3, Priority::critical));
    const EnvelopePtr next = mailbox.pop();
    if (next->number == 1) ++low;
    if (next->number == 2) ++normal;
  }
  EXPECT_EQ(low, 3);
  EXPECT_EQ(normal, 3);
}

EnvelopePtr answer(std::uint64_t number) {
  return Envelope::make({.kind = EnvelopeKind::answer, .number = number});
}

// Pops and pushes an answer in turn, as an actor that asks anew with each; how many it popped until
// a message came.
std::uint64_t answers_before_a_message(Box& mailbox) {
  for (std::uint64_t answers = 0; answers < 100'000; ++answers) {
    const EnvelopePtr next = mailbox.pop();
    if (next->kind == EnvelopeKind::message) return answers;
    push(mailbox, answer(0));
  }
  return UINT64_MAX;
}

TEST(Mailbox, LetsTheUserLanesGoThoughAnswersNeverEnd) {
  for (const std::uint64_t open : {1U, 2U, 200U, 65'518U}) {
    Box mailbox(roomy);
    for (std::uint64_t i = 0; i < open; ++i) push(mailbox, answer(i));
    push(mailbox, message(1));
    push(mailbox, message(2, Priority::low));
    EXPECT_EQ(answers_before_a_message(mailbox), open + 16) << open;
    EXPECT_EQ(answers_before_a_message(mailbox), open + 16) << open;
  }
  // More than it counts: their end is waited for.
  Box mailbox(roomy);
  push(mailbox, message(1));
  for (std::uint64_t i = 0; i < 65'519U; ++i) push(mailbox, answer(i));
  EXPECT_EQ(answers_before_a_message(mailbox), UINT64_MAX);
  (void)mailbox.pop();
  EXPECT_EQ(answers_before_a_message(mailbox), 65'518U + 16);
}

TEST(Mailbox, LetsNoMessageOvertakeAnAnswerThatWasBeforeIt) {
  Box mailbox({.messages = 4, .when_full = WhenFull::drop_oldest});
  constexpr std::uint64_t seed = 20'261'128;
  std::uint64_t random = seed;
  std::uint64_t came = 0;
  std::uint64_t messages = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t what = split_mix(random) % 8;
    if (what < 3 || mailbox->count() > 100) {
      const EnvelopePtr next = mailbox.pop();
      if (next == nullptr || next->kind != EnvelopeKind::message) continue;
      ++messages;
      const Envelope* const first = mailbox->first();
      if (first == nullptr || first->kind != EnvelopeKind::answer) continue;
      ASSERT_LT(next->number, first->number) << "seed " << seed;
    } else {
      EnvelopeList dropped;
      const auto priority = static_cast<Priority>(split_mix(random) % priority_count);
      mailbox.push(what < 6 ? answer(++came) : message(++came, priority), dropped);
    }
  }
  EXPECT_GT(messages, 100U);
}

struct FullRow {
  std::uint32_t bound;
  std::uint32_t pushed;
  bool is_full;
};

TEST(Mailbox, IsFullAtItsBoundInMessages) {
  for (const FullRow& row : {FullRow{4, 3, false}, {4, 4, true}, {4, 5, true}, {1, 1, true}}) {
    const MailboxBounds bounds{.messages = row.bound};
    Box mailbox(bounds);
    for (std::uint32_t i = 0; i < row.pushed; ++i) push(mailbox, message(i));
    EXPECT_EQ(mailbox->is_full(), row.is_full) << row.bound << " " << row.pushed;
    EXPECT_EQ(mailbox->count(), row.pushed) << "what was accepted is kept";
  }
}

TEST(Mailbox, IsFullAtItsBoundInBytes) {
  const MailboxBounds bounds{.messages = 100, .bytes = 1'000};
  Box mailbox(bounds);
  push(mailbox, message(0, Priority::normal, 999));
  EXPECT_FALSE(mailbox->is_full());
  push(mailbox, message(1, Priority::normal, 1));
  EXPECT_TRUE(mailbox->is_full());
}

TEST(Mailbox, HasRoomAgainAtThreeQuarters) {
  const MailboxBounds bounds{.messages = 8};
  Box mailbox(bounds);
  for (std::uint64_t i = 0; i < 8; ++i) push(mailbox, message(i));
  (void)mailbox.pop();
  EXPECT_TRUE(mailbox->is_full());
  (void)mailbox.pop();
  EXPECT_FALSE(mailbox->is_full());
}

TEST(Mailbox, DoesNotCountTheSystemLane) {
  const MailboxBounds bounds{.messages = 1};
  Box mailbox(bounds);
  for (int i = 0; i < 10; ++i) push(mailbox, Envelope::make({.kind = EnvelopeKind::answer}));
  EXPECT_FALSE(mailbox->is_full());
}

// Three messages wait where there is room for three, then a fourth of the priority arrives.
struct DropRow {
  WhenFull when_full = WhenFull::refuse;
  std::array<Priority, 3> waiting{};
  Priority arriving = Priority::normal;
  Outcome expected;
};

TEST(Mailbox, DropsWhatItsPolicySays) {
  using enum Priority;
  using enum WhenFull;
  const std::array rows{
      DropRow{drop_newest, {normal, normal, normal}, critical, {{4}, {1, 2, 3}}},
      DropRow{drop_oldest, {normal, normal, normal}, normal, {{1}, {2, 3, 4}}},
      DropRow{drop_oldest, {low, normal, normal}, normal, {{2}, {3, 4, 1}}},
      DropRow{drop_oldest, {low, low, high}, normal, {{1}, {3, 4, 2}}},
      DropRow{drop_oldest, {high, critical, high}, normal, {{1}, {2, 3, 4}}},
      DropRow{drop_lowest, {normal, low, low}, normal, {{2}, {1, 4, 3}}},
      DropRow{drop_lowest, {normal, normal, normal}, normal, {{4}, {1, 2, 3}}},
      DropRow{drop_lowest, {normal, high, normal}, critical, {{1}, {4, 2, 3}}},
  };
  for (const DropRow& row : rows) {
    const MailboxBounds bounds{.messages = 3, .when_full = row.when_full};
    Box mailbox(bounds);
    for (std::size_t i = 0; i < 3; ++i) push(mailbox, message(i + 1, row.waiting.at(i)));
    EXPECT_FALSE(mailbox->is_full()) << "senders are not told";
    EXPECT_EQ(outcome(mailbox, message(4, row.arriving)), row.expected)
        << to_string(row.when_full) << " " << &row - rows.data();
  }
}

TEST(Mailbox, DropsAsManyAsTheBytesAsk) {
  const MailboxBounds bounds{.messages = 100, .bytes = 100, .when_full = WhenFull::drop_oldest};
  for (const auto& [arriving, expected] : {std::pair{60U, Outcome{{1, 2}, {3, 4, 5}}},
                                           {20U, Outcome{{}, {1, 2, 3, 4, 5}}},
                                           {100U, Outcome{{1, 2, 3, 4}, {5}}},
                                           {101U, Outcome{{5}, {1, 2, 3, 4}}}}) {
    Box mailbox(bounds);
    for (std::uint64_t i = 1; i <= 4; ++i) push(mailbox, message(i, Priority::normal, 20));
    EXPECT_EQ(outcome(mailbox, message(5, Priority::normal, arriving)), expected) << arriving;
  }
}

TEST(Mailbox, NeverDropsFromTheSystemLane) {
  const MailboxBounds bounds{.messages = 1, .when_full = WhenFull::drop_oldest};
  Box mailbox(bounds);
  push(mailbox, Envelope::make({.kind = EnvelopeKind::answer, .number = 1}));
  push(mailbox, message(2));
  EXPECT_EQ(outcome(mailbox, message(3)), (Outcome{{2}, {1, 3}}));
}

TEST(Mailbox, IsSmall) { EXPECT_LE(sizeof(Mailbox), 80U); }

}  // namespace
}  // namespace troupe
