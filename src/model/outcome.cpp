#include "troupe/outcome.hpp"

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {
namespace {

// An exit may be told of a hundred thousand times a second.
std::string with_text(std::string_view kind, std::string_view text) {
  std::string whole;
  whole.reserve(kind.size() + text.size() + 4);
  whole.append(kind).append("(\"").append(text).append("\")");
  return whole;
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::gone:
      return "gone";
    case Refusal::denied:
      return "denied";
    case Refusal::busy:
      return "busy";
    case Refusal::too_large:
      return "too-large";
    case Refusal::over_quota:
      return "over-quota";
    case Refusal::invalid:
      return "invalid";
    case Refusal::name_taken:
      return "name-taken";
    case Refusal::no_subscriber:
      return "no-subscriber";
    case Refusal::unsupported:
      return "unsupported";
    case Refusal::unreachable:
      return "unreachable";
    case Refusal::stopping:
      return "stopping";
    case Refusal::other:
      return "other";
  }
  CHECK(false, "not a refusal");
}

std::string to_string(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::timed_out:
      return "timed-out";
    case Failure::Kind::receiver_exited:
      return "receiver-exited";
    case Failure::Kind::dropped:
      return "dropped";
    case Failure::Kind::cancelled:
      return "cancelled";
    case Failure::Kind::refused:
      return fmt::format("refused: {}", to_string(failure.refusal));
    case Failure::Kind::failed:
      return fmt::format("failed: {}", failure.text);
    case Failure::Kind::other:
      return fmt::format("other: {}", failure.text);
  }
  CHECK(false, "not a failure");
}

std::string to_string(const Exit& exit) {
  switch (exit.kind) {
    case Exit::Kind::normal:
      return "normal";
    case Exit::Kind::killed:
      return "killed";
    case Exit::Kind::crashed:
      return with_text("crashed", exit.text);
    case Exit::Kind::exceeded:
      return with_text("exceeded", exit.text);
    case Exit::Kind::lost:
      return "lost";
    case Exit::Kind::other:
      return with_text("other", exit.text);
  }
  CHECK(false, "not an exit");
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  CHECK(false, "not a log level");
}

}  // namespace troupe
