// Proves the order in which a mailbox gives out what it holds, and when it says it is full.

#include "mailbox/mailbox.hpp"

#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

EnvelopePtr message(std::uint64_t number, Priority priority = Priority::normal,
                    std::size_t bytes = 0) {
  return Envelope::make({.priority = priority, .number = number}, Bytes(bytes));
}

TEST(Mailbox, GivesOutInTheOrderOfArrival) {
  Mailbox mailbox({});
  for (std::uint64_t i = 0; i < 100; ++i) mailbox.push(message(i));
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(mailbox.pop()->number, i);
  EXPECT_EQ(mailbox.pop(), nullptr);
  EXPECT_TRUE(mailbox.empty());
}

TEST(Mailbox, LetsTheSystemLaneOvertake) {
  Mailbox mailbox({});
  mailbox.push(message(1, Priority::critical));
  mailbox.push(Envelope::make({.kind = EnvelopeKind::timer, .number = 2}));
  mailbox.push(Envelope::make({.kind = EnvelopeKind::stop, .number = 3}));
  EXPECT_EQ(mailbox.pop()->number, 2U);
  EXPECT_EQ(mailbox.pop()->number, 3U);
  EXPECT_EQ(mailbox.pop()->number, 1U);
}

TEST(Mailbox, ServesPrioritiesFromHighToLow) {
  Mailbox mailbox({});
  mailbox.push(message(0, Priority::low));
  mailbox.push(message(1, Priority::normal));
  mailbox.push(message(2, Priority::high));
  mailbox.push(message(3, Priority::critical));
  for (std::uint64_t expected : {3U, 2U, 1U, 0U}) EXPECT_EQ(mailbox.pop()->number, expected);
}

TEST(Mailbox, NeverStarvesALaneThatWaits) {
  Mailbox mailbox({.messages = 10'000});
  for (int i = 0; i < 3; ++i) mailbox.push(message(1, Priority::low));
  for (int i = 0; i < 3; ++i) mailbox.push(message(2, Priority::normal));
  int low = 0;
  int normal = 0;
  for (int i = 0; i < 200; ++i) {
    mailbox.push(message(3, Priority::critical));
    const EnvelopePtr next = mailbox.pop();
    if (next->number == 1) ++low;
    if (next->number == 2) ++normal;
  }
  EXPECT_EQ(low, 3);
  EXPECT_EQ(normal, 3);
}

struct FullRow {
  std::uint32_t bound;
  std::uint32_t pushed;
  bool is_full;
};

TEST(Mailbox, IsFullAtItsBoundInMessages) {
  for (const FullRow& row : {FullRow{4, 3, false}, {4, 4, true}, {4, 5, true}, {1, 1, true}}) {
    Mailbox mailbox({.messages = row.bound});
    for (std::uint32_t i = 0; i < row.pushed; ++i) mailbox.push(message(i));
    EXPECT_EQ(mailbox.is_full(), row.is_full) << row.bound << " " << row.pushed;
    EXPECT_EQ(mailbox.count(), row.pushed) << "what was accepted is kept";
  }
}

TEST(Mailbox, IsFullAtItsBoundInBytes) {
  Mailbox mailbox({.messages = 100, .bytes = 1'000});
  mailbox.push(message(0, Priority::normal, 999));
  EXPECT_FALSE(mailbox.is_full());
  mailbox.push(message(1, Priority::normal, 1));
  EXPECT_TRUE(mailbox.is_full());
}

TEST(Mailbox, HasRoomAgainAtThreeQuarters) {
  Mailbox mailbox({.messages = 8});
  for (std::uint64_t i = 0; i < 8; ++i) mailbox.push(message(i));
  (void)mailbox.pop();
  EXPECT_TRUE(mailbox.is_full());
  (void)mailbox.pop();
  EXPECT_FALSE(mailbox.is_full());
}

TEST(Mailbox, DoesNotCountTheSystemLane) {
  Mailbox mailbox({.messages = 1});
  for (int i = 0; i < 10; ++i) mailbox.push(Envelope::make({.kind = EnvelopeKind::answer}));
  EXPECT_FALSE(mailbox.is_full());
}

}  // namespace
}  // namespace troupe
