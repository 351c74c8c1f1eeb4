// Proves that a guest goes to the worker of whom it talks to, and takes all it has along: memory,
// handles, timers, requests, watches, the answers that it owes, its deadline. Simulated time.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "guest_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;

class MovedGuest : public ProbeTest {
 protected:
  std::uint16_t home(Address actor) { return node_.sim().core().registry().home(actor).value(); }
  std::uint64_t moved() { return node_.sim().core().counters().moved; }
};

TEST_F(MovedGuest, PlaysOnWhereItsPartnerIs) {
  const auto player = [&](const std::string& name, const std::string& peer) {
    return node_.spawn(name, "pingpong", {.config = peer, .grants = {.find = {peer}}}).value();
  };
  const Address a = player("a", "b");
  const Address b = player("b", "a");
  ASSERT_NE(home(a), home(b));
  node_.sim().send(a, "go 1000");
  EXPECT_EQ(home(a), home(b));
  const std::uint64_t moved_once = moved();
  EXPECT_GE(moved_once, 1U);
  EXPECT_EQ(ask(a, "hits"), "500");
  EXPECT_EQ(ask(b, "hits"), "500") << "in one memory, before and after";
  node_.sim().send(b, "go 1000");
  EXPECT_EQ(ask(a, "hits"), "1000");
  EXPECT_EQ(ask(b, "hits"), "1000");
  EXPECT_EQ(moved(), moved_once) << "and they stay";
}

// The journal shows what it is asked; of health it is not asked here.
void without_health(GuestInterfaces& interfaces) { interfaces.health = false; }

TEST_F(MovedGuest, TakesAllItHasAlong) {
  const Address a = probe("a");
  const Address b =
      probe("b", {.limits = {.deadline = milliseconds(500)}, .switch_off = without_health});
  const Address c = probe("c");
  ASSERT_NE(home(a), home(b));
  EXPECT_EQ(ask(b,
                "self;keep a;start-timer 5000 0;start-timer 6000 1000;"
                "request c 60000 responder-later;request c 6500 responder-later;watch c"),
            "ok #1;ok;ok 1;ok 2;ok 3;ok 4;ok 5");
  EXPECT_EQ(ask(a, "request b 60000 responder-later"), "ok 1");
  EXPECT_EQ(ask(a, "effects 300 b"), "ok 300 ok");
  EXPECT_EQ(home(a), home(b)) << "so many messages, and it follows";
  EXPECT_GE(moved(), 1U);

  EXPECT_EQ(ask(b, "count"), "ok 303");
  EXPECT_EQ(ask(b, "label #1;kept"), "ok test/b;ok test/a");
  EXPECT_EQ(ask(b, "answer-later here it is"), "ok");
  EXPECT_EQ(ask(a, "journal"), "answered 1 answered here it is\n");
  EXPECT_EQ(ask(c, "answer-later #1 yes"), "ok");
  EXPECT_EQ(ask(b, "journal;forget"), "answered 3 answered yes\n;ok");
  node_.sim().advance(milliseconds(4'999));
  EXPECT_EQ(ask(b, "journal"), "");
  node_.sim().advance(milliseconds(1));
  EXPECT_EQ(ask(b, "journal;forget"), "fired 1\n;ok");
  node_.sim().advance(milliseconds(1'500));
  EXPECT_EQ(ask(b, "journal;forget"), "fired 2\nanswered 4 timed-out\n;ok");
  node_.sim().send(c, "exit ok");
  node_.sim().advance(milliseconds(500));
  EXPECT_EQ(ask(b, "journal"), "exited 5 normal\nfired 2\n");

  (void)node_.exits();
  node_.sim().send(b, "loop");
  EXPECT_EQ(node_.exits(), std::vector<std::string>{R"(test/b exceeded("deadline"))"});
  EXPECT_EQ(ask(b, "count;label self"), "ok 1;ok test/b") << "its next life";
}

}  // namespace
}  // namespace troupe
