#include "topic/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace troupe {
namespace {

// Takes the first segment off. Segments are not empty, so an empty rest is the end.
std::string_view take_segment(std::string_view& text) {
  const std::size_t dot = text.find('.');
  const std::string_view segment = text.substr(0, dot);
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return segment;
}

}  // namespace

Subscriptions::Subscriptions(std::uint64_t seed) : hash_(seed) {}

Subscriptions::Edge Subscriptions::edge(const Node& parent, std::string_view segment) const {
  // The root's is 0; that of any other node has come out of the hash, which nobody can foresee.
  const std::uint64_t above = parent.hash;
  return {
      .parent = &parent, .segment = segment, .hash = hash_(segment) ^ (above << 1U | above >> 63U)};
}

Subscriptions::Node* Subscriptions::child(const Node& parent, std::string_view segment) const {
  if (parent.children == 0) return nullptr;
  const auto found = nodes_.find(edge(parent, segment));
  return found != nodes_.end() ? found->get() : nullptr;
}

Subscriptions::Node& Subscriptions::make_child(Node& parent, std::string_view segment) {
  auto node = std::make_unique<Node>();
  Node& made = *node;
  made.parent = &parent;
  made.hash = edge(parent, segment).hash;
  made.segment = segment;
  if (segment == "*") parent.any = &made;
  if (segment == "#") parent.rest = &made;
  ++parent.children;
  nodes_.insert(std::move(node));
  return made;
}

// Takes away what nobody needs any more, from there up.
void Subscriptions::prune(Node& leaf) {
  Node* node = &leaf;
  while (node != root_.get() && node->children == 0 && node->listeners.empty()) {
    Node* parent = node->parent;
    if (parent->any == node) parent->any = nullptr;
    if (parent->rest == node) parent->rest = nullptr;
    --parent->children;
    nodes_.erase(nodes_.find(edge(*parent, node->segment)));
    node = parent;
  }
}

void Subscriptions::add(const Subscription& subscription) {
  CHECK(is_filter(subscription.filter), "filters are checked where they come in");
  Node* node = root_.get();
  for (std::string_view left = subscription.filter; !left.empty();) {
    const std::string_view segment = take_segment(left);
    Node* next = child(*node, segment);
    node = next != nullptr ? next : &make_child(*node, segment);
  }
  const std::uint64_t since = ++last_since_;
  node->listeners.push_back({subscription.subscriber, subscription.number, since});
  const std::uint64_t key = key_of(subscription.subscriber);
  std::vector<Held>* held = held_.find(key);
  if (held == nullptr) held = &held_.add(key);
  held->push_back({.number = subscription.number, .since = since, .node = node});
  ++size_;
}

bool Subscriptions::remove(Address subscriber, std::uint64_t number) {
  std::vector<Held>* held = held_.find(key_of(subscriber));
  if (held == nullptr) return false;
  const auto found = std::ranges::find(*held, number, &Held::number);
  if (found == held->end()) return false;
  drop(*found);
  held->erase(found);
  if (held->empty()) held_.erase(key_of(subscriber));
  return true;
}

std::size_t Subscriptions::remove_all(Address subscriber) {
  std::vector<Held>* held = held_.find(key_of(subscriber));
  if (held == nullptr) return 0;
  const std::size_t count = held->size();
  for (const Held& one : *held) drop(one);
  held_.erase(key_of(subscriber));
  return count;
}

// Its place stays, until there are as many empty ones as others, or a publication comes by: so what
// closing up costs is paid for by those who left, or by a way that is walked anyway.
void Subscriptions::drop(const Held& held) {
  Node& node = *held.node;
  const auto found = std::ranges::lower_bound(node.listeners, held.since, {}, &Listener::since);
  CHECK(found != node.listeners.end() && found->since == held.since);
  found->subscriber = nobody;
  ++node.removed;
  --size_;
  if (node.removed > node.listeners.size() / 2) close_up(node);
  if (node.listeners.empty()) prune(node);
}

void Subscriptions::close_up(Node& node) {
  std::erase_if(node.listeners, [](const Listener& one) { return one.subscriber.is_nobody(); });
  node.removed = 0;
  if (node.listeners.size() * 4 < node.listeners.capacity()) node.listeners.shrink_to_fit();
}

template <typename Visit>
bool Subscriptions::any_node(Node& from, std::string_view left, const Visit& visit) const {
  if (from.rest != nullptr && visit(*from.rest)) return true;
  if (left.empty()) return !from.listeners.empty() && visit(from);
  const std::string_view segment = take_segment(left);
  if (Node* same = child(from, segment); same != nullptr && any_node(*same, left, visit)) {
    return true;
  }
  return from.any != nullptr && any_node(*from.any, left, visit);
}

std::span<const Listener> Subscriptions::matching(std::string_view topic) {
  found_.clear();
  (void)any_node(*root_, topic, [this](Node& node) {
    if (node.removed > 0) close_up(node);
    found_.push_back(&node);
    return false;
  });
  if (found_.empty()) return {};
  return found_.size() == 1 ? found_.front()->listeners : merged();
}

// Of the nodes found.
std::span<const Listener> Subscriptions::merged() {
  // The oldest is at the top of the heap.
  const auto is_younger = [](const Run& one, const Run& other) {
    return one.next->since > other.next->since;
  };
  runs_.clear();
  merged_.clear();
  for (const Node* node : found_) {
    const std::vector<Listener>& all = node->listeners;
    runs_.push_back({all.data(), all.data() + all.size()});
  }
  std::ranges::make_heap(runs_, is_younger);
  while (!runs_.empty()) {
    std::ranges::pop_heap(runs_, is_younger);
    Run& oldest = runs_.back();
    merged_.push_back(*oldest.next);
    if (++oldest.next != oldest.end) {
      std::ranges::push_heap(runs_, is_younger);
    } else {
      runs_.pop_back();
    }
  }
  return merged_;
}

bool Subscriptions::any_match(std::string_view topic) const {
  return any_node(*root_, topic, [](const Node&) { return true; });
}

}  // namespace troupe
