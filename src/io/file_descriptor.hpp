#pragma once
// An open file of the operating system, closed by its destructor.

#include <unistd.h>
#include <utility>

namespace troupe {

// Thread: one at a time.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  // Takes over `number`; negative: none.
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() {
    if (is_open()) ::close(number_);
  }

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_ = -1;
};

}  // namespace troupe
