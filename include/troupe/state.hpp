#pragma once
// A value that a program and its native actors share.

#include <any>
#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace troupe {

// Many may read it at a time, one alone may write it. What belongs to one actor and to one life is
// better a member of the actor; this is for what outlasts its lives, or is looked at from outside
// without a message.
//
// Thread: any thread. A handler that waits for it holds up its worker: what is done to it is short,
//         and never asks for the same state again, which would wait for itself.
template <typename T>
class State {
 public:
  State() = default;
  template <typename... Arguments>
    requires std::constructible_from<T, Arguments...>
  explicit State(std::in_place_t /*in_place*/, Arguments&&... arguments)
      : value_(std::forward<Arguments>(arguments)...) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() = default;

  // Shared with other readers. Returns what `look` returns, by value.
  template <std::invocable<const T&> Look>
  auto read(Look&& look) const {
    const std::shared_lock lock(mutex_);
    return std::invoke(std::forward<Look>(look), value_);
  }
  // Exclusive. An exception from `change` leaves the value as `change` left it.
  template <std::invocable<T&> Change>
  auto write(Change&& change) {
    const std::unique_lock lock(mutex_);
    return std::invoke(std::forward<Change>(change), value_);
  }
  [[nodiscard]] T get() const {
    return read([](const T& value) { return value; });
  }
  void set(T value) {
    write([&value](T& held) { held = std::move(value); });
  }

 private:
  // tidy: allow(mutex) the program and its actors may not send each other what is in it
  mutable std::shared_mutex mutex_;
  T value_{};
};

// Made of its arguments.
template <typename T, typename... Arguments>
[[nodiscard]] std::shared_ptr<State<T>> make_state(Arguments&&... arguments) {
  return std::make_shared<State<T>>(std::in_place, std::forward<Arguments>(arguments)...);
}

// A state of whatever type, or none. A value; copies are of the same state.
// Thread: one at a time; the state itself as above.
class AnyState {
 public:
  AnyState() = default;
  template <typename T>
  AnyState(std::shared_ptr<State<T>> state)  // NOLINT(google-explicit-constructor): a wrapper.
      : address_(state.get()), state_(std::move(state)) {}

  [[nodiscard]] bool is_empty() const { return address_ == nullptr; }
  // Null: it is of another type, or there is none.
  template <typename T>
  [[nodiscard]] State<T>* as() const {
    const auto* held = std::any_cast<std::shared_ptr<State<T>>>(&state_);
    return held != nullptr ? held->get() : nullptr;
  }

  // Whether both are the same one.
  friend bool operator==(const AnyState& one, const AnyState& other) {
    return one.address_ == other.address_;
  }

 private:
  const void* address_ = nullptr;
  std::any state_;
};

}  // namespace troupe
