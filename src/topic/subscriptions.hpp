#pragma once
// Who listens to which topics.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/text_hash.hpp"
#include "base/topic_filter.hpp"
#include "model/number_map.hpp"
#include "troupe/address.hpp"

namespace troupe {

struct Subscription {
  std::string_view filter;
  Address subscriber;
  std::uint64_t number = 0;  // The subscriber's own, unique among its subscriptions.
};

// Of a subscription what a publication needs.
struct Listener {
  Address subscriber;
  std::uint64_t number = 0;
  std::uint64_t since = 0;  // When it came, as a count: the older, the lower.
};

// A trie of segments: each filter ends at a node, which has those who listen there. The edges of
// all nodes stand in one table, so that a node with a hundred thousand children is as quick as one
// with two, and one with a single child takes little memory.
//
// Thread: one at a time.
// Bounds: limits::subscriptions_max for each actor, which whoever adds has checked; at most
//         limits::topic_segments_max nodes for each of them, gone with the last that needs them.
// Cost:   adding is as long as the filter; removing takes the logarithm of how many listen at the
//         node. A publication visits nodes that its topic may lead to, twice as many at most for
//         each further segment, and only those there are; then what it finds. Memory to match only
//         when more was found at several nodes than ever before.
class Subscriptions {
 public:
  // `seed`: so that nobody can choose segments that collide.
  explicit Subscriptions(std::uint64_t seed = 0);
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;
  ~Subscriptions() = default;

  // REQUIRES: is_filter(subscription.filter); its subscriber has none of that number.
  void add(const Subscription& subscription);
  // False if there is no such subscription.
  bool remove(Address subscriber, std::uint64_t number);
  // All of one actor; how many there were.
  std::size_t remove_all(Address subscriber);

  // Whose filters select the topic, oldest first. An actor with two filters that select it is there
  // twice. Good until the next call of anything that is not const.
  // REQUIRES: is_topic(topic).
  [[nodiscard]] std::span<const Listener> matching(std::string_view topic);
  [[nodiscard]] bool any_match(std::string_view topic) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  // Of the trie, without its root: none when there are no subscriptions.
  [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }

 private:
  struct Node;
  // Where a node hangs.
  struct Edge {
    const Node* parent = nullptr;
    std::string_view segment;
    std::uint64_t hash = 0;
  };
  struct Node {
    Node* parent = nullptr;
    std::uint64_t hash = 0;  // Of its edge.
    std::string segment;
    Node* any = nullptr;   // Its child `*`.
    Node* rest = nullptr;  // Its child `#`.
    std::uint32_t children = 0;
    std::uint32_t removed = 0;        // Listeners that are nobody.
    std::vector<Listener> listeners;  // Oldest first. None, or one at least who is somebody.
  };
  struct Hash {
    // NOLINTNEXTLINE(readability-identifier-naming): the standard library asks for it.
    using is_transparent = void;
    std::size_t operator()(const std::unique_ptr<Node>& node) const noexcept { return node->hash; }
    std::size_t operator()(const Edge& edge) const noexcept { return edge.hash; }
  };
  struct Equal {
    // NOLINTNEXTLINE(readability-identifier-naming): the standard library asks for it.
    using is_transparent = void;
    bool operator()(const std::unique_ptr<Node>& one, const std::unique_ptr<Node>& other) const {
      return one == other;
    }
    bool operator()(const Edge& edge, const std::unique_ptr<Node>& node) const {
      return node->hash == edge.hash && node->parent == edge.parent &&
             node->segment == edge.segment;
    }
    bool operator()(const std::unique_ptr<Node>& node, const Edge& edge) const {
      return (*this)(edge, node);
    }
  };
  // One subscription of an actor, and where it is.
  struct Held {
    std::uint64_t number = 0;
    std::uint64_t since = 0;
    Node* node = nullptr;
  };
  // What is left of the listeners of a node, to be merged.
  struct Run {
    const Listener* next = nullptr;
    const Listener* end = nullptr;
  };

  static std::uint64_t key_of(Address actor) {
    return std::uint64_t{actor.generation} << 32U | actor.slot;
  }
  [[nodiscard]] Edge edge(const Node& parent, std::string_view segment) const;
  [[nodiscard]] Node* child(const Node& parent, std::string_view segment) const;
  [[nodiscard]] Node& make_child(Node& parent, std::string_view segment);
  void prune(Node& leaf);
  void drop(const Held& held);
  static void close_up(Node& node);
  [[nodiscard]] std::span<const Listener> merged();
  // Calls visit(Node&) for each node that has listeners and whose filter selects what is left of a
  // topic, as seen from `from`, until one says that it is enough; whether one did.
  template <typename Visit>
  bool any_node(Node& from, std::string_view left, const Visit& visit) const;

  TextHash hash_;
  const std::unique_ptr<Node> root_ = std::make_unique<Node>();
  std::unordered_set<std::unique_ptr<Node>, Hash, Equal> nodes_;
  NumberMap<std::vector<Held>> held_;  // By subscriber.
  std::size_t size_ = 0;
  std::uint64_t last_since_ = 0;
  // Of one look for listeners; kept for their memory.
  std::vector<Node*> found_;
  std::vector<Run> runs_;
  std::vector<Listener> merged_;
};

}  // namespace troupe
