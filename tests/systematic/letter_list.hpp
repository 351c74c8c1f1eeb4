#pragma once
// What a model's worker has for another, in its order.

namespace troupe::systematic {

// As EnvelopeList. Letter: has a member `next`.
// Thread: one.
template <typename Letter>
class LetterList {
 public:
  void push(Letter* letter) {
    letter->next = nullptr;
    if (newest_ == nullptr) {
      oldest_ = letter;
    } else {
      newest_->next = letter;
    }
    newest_ = letter;
  }
  [[nodiscard]] bool empty() const { return newest_ == nullptr; }
  [[nodiscard]] Letter* release_all() {
    newest_ = nullptr;
    return oldest_;
  }

 private:
  Letter* oldest_ = nullptr;
  Letter* newest_ = nullptr;
};

}  // namespace troupe::systematic
