// Proves that an envelope carries its bytes and note whole, alone and shared, and frees them once
// (the sanitizers count).

#include "model/envelope.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Envelope, CarriesPayloadsOfEverySize) {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 64U, 4'096U}) {
    Bytes payload(size);
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<std::uint8_t>(i * 7);
    const EnvelopePtr envelope = Envelope::make({.number = size}, payload);
    EXPECT_TRUE(std::ranges::equal(envelope->payload(), payload)) << size;
    EXPECT_EQ(envelope->size(), size);
  }
}

TEST(Envelope, CarriesANoteBesideItsBytes) {
  const EnvelopePtr change = Envelope::make({.kind = EnvelopeKind::subscribe}, as_bytes("more"),
                                            std::make_unique<TopicNote>("news.*"));
  EXPECT_EQ(as_text(change->payload()), "more");
  EXPECT_EQ(change->note<TopicNote>()->topic, "news.*");
  EXPECT_EQ(change->note<ExitNote>(), nullptr) << "of another kind";
  EXPECT_EQ(Envelope::make({})->note<TopicNote>(), nullptr);
}

TEST(Envelope, OfAnEventHasATopicBesideItsPayload) {
  for (const std::string_view payload : {"", "goal", "a goal in the last minute"}) {
    const EnvelopePtr event = Envelope::make_event({.number = 3}, "news.sport", as_bytes(payload));
    EXPECT_EQ(event->kind, EnvelopeKind::event);
    EXPECT_EQ(event->number, 3U);
    EXPECT_EQ(as_text(event->payload()), payload);
    EXPECT_EQ(event->size(), payload.size());
    EXPECT_EQ(event->topic(), "news.sport");
    EXPECT_EQ(event->note<TopicNote>(), nullptr);
  }
}

TEST(Envelope, SharesOneBodyAmongManyReceivers) {
  const std::string text(1'000, 'x');
  EnvelopePtr first = Envelope::make_event({}, "a", as_bytes(text));
  EnvelopePtr second;
  {
    Copies copies(*first, 3);  // Two of them are never made.
    second = copies.make({.slot = 4, .generation = 2}, 9);
  }
  EXPECT_EQ(first->payload().data(), second->payload().data());
  first.reset();
  EXPECT_EQ(as_text(second->payload()), text);
  EXPECT_EQ(second->topic(), "a");
  EXPECT_EQ(second->kind, EnvelopeKind::event);
  EXPECT_EQ(second->receiver, (Address{.slot = 4, .generation = 2}));
  EXPECT_EQ(second->number, 9U);
}

TEST(Envelope, SharesASmallPayloadByCopy) {
  EnvelopePtr first = Envelope::make({}, as_bytes("small"));
  const EnvelopePtr second = Copies(*first, 1).make({}, 0);
  first.reset();
  EXPECT_EQ(as_text(second->payload()), "small");
}

TEST(LetGo, ReleasesWhatIsSharedOnce) {
  constexpr std::uint32_t receivers = 5;
  std::vector<std::vector<EnvelopePtr>> events;
  const std::vector<std::uint8_t> bytes(100, 7);
  // More than there are places, of which some have ids that fall on the same.
  for (std::uint64_t id = 0; id < 200; id += 3) {
    const EnvelopePtr event = Envelope::make_event({.id = id}, "a.topic", bytes);
    Copies copies(*event, receivers);
    std::vector<EnvelopePtr>& all = events.emplace_back();
    for (std::uint32_t i = 0; i < receivers; ++i)
      all.push_back(copies.make({.slot = i, .generation = 1}, i));
  }
  LetGo let_go;
  for (std::uint32_t i = 0; i < receivers; ++i) {
    for (std::vector<EnvelopePtr>& all : events) {
      EXPECT_EQ(all[i]->topic(), "a.topic");
      EXPECT_EQ(all[i]->payload().size(), bytes.size());
      let_go.take(*all[i]);
      all[i].reset();  // A sanitizer sees what was released too early, too late or twice.
    }
    if (i == 2) let_go.flush();
  }
}

TEST(EnvelopeList, KeepsTheOrderAndOwnsWhatIsLeft) {
  EnvelopeList list;
  for (std::uint64_t i = 0; i < 5; ++i) list.push(Envelope::make({.number = i}));
  EXPECT_EQ(list.pop()->number, 0U);
  EnvelopeList other = std::move(list);
  EXPECT_TRUE(list.empty());  // NOLINT(bugprone-use-after-move): moved-from lists are empty.
  EXPECT_EQ(other.pop()->number, 1U);
  other = EnvelopeList();
  EXPECT_EQ(other.pop(), nullptr);
}

}  // namespace
}  // namespace troupe
