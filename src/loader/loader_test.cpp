#include "loader/loader.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "io/sim_disk.hpp"

namespace troupe {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view module_bytes = "\0asm\1\0\0\0"sv;

// Bytes that begin as a module does, told apart by `content`.
Bytes module_with(std::string_view content) {
  return to_bytes(std::string(module_bytes) + std::string(content));
}

class FakeCode final : public Code {
 public:
  [[nodiscard]] const GuestInterfaces& interfaces() const override { return interfaces_; }
  [[nodiscard]] std::unique_ptr<Instance> instantiate(const InstanceLimits&) const override {
    return nullptr;
  }
  [[nodiscard]] FrameDescription describe(const TrapFrame&) const override { return {}; }

 private:
  GuestInterfaces interfaces_;
};

// Compiles everything but what says "broken".
class FakeEngine final : public Engine {
 public:
  Result<std::shared_ptr<const Code>> compile(BytesView wasm, EngineClass) override {
    if (as_text(wasm).ends_with("broken")) {
      return fail(ErrorCode::invalid_argument, "the export 'memory' is missing; export it");
    }
    return std::make_shared<FakeCode>();
  }
  void hold_ticker() override {}
  void release_ticker() override {}
  [[nodiscard]] const std::atomic<std::uint64_t>* ticks() const override { return nullptr; }
};

class LoaderTest : public testing::Test {
 protected:
  Error error_of(const std::filesystem::path& path) {
    auto loaded = loader_.load(path, EngineClass::standard);
    EXPECT_FALSE(loaded.has_value()) << path;
    return loaded ? Error{} : loaded.error();
  }
  Error error_for(std::string_view content) {
    disk_.write("app/x.wasm", to_bytes(content));
    return error_of("app/x.wasm");
  }

  SimDisk disk_;
  FakeEngine engine_;
  Loader loader_{disk_, engine_};
};

TEST_F(LoaderTest, LoadsABareFile) {
  disk_.write("app/counter.wasm", module_with(""));
  const auto loaded = loader_.load("app/counter.wasm", EngineClass::standard).value();
  EXPECT_EQ(loaded.id, "local/counter.wasm@0.0.0");
  EXPECT_EQ(loaded.digest_sha256_hex,
            "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476");
  EXPECT_NE(loaded.code, nullptr);
  EXPECT_EQ(loaded.manifest.limits, LimitsGiven());
}

TEST_F(LoaderTest, LoadsByManifest) {
  disk_.write("app/parts/counter.toml", to_bytes(R"(
schema = 1
[component]
name = "shop/counter"
version = "1.2.3"
file = "bin/counter.wasm"
limits = { deadline = "2s" }
)"));
  disk_.write("app/parts/bin/counter.wasm", module_with(""));
  const auto loaded = loader_.load("app/parts/counter.toml", EngineClass::standard).value();
  EXPECT_EQ(loaded.id, "shop/counter@1.2.3");
  EXPECT_EQ(loaded.manifest.limits.deadline, std::chrono::seconds(2));
}

TEST_F(LoaderTest, ShowsTheErrorsOfAManifest) {
  disk_.write("app/counter.toml", to_bytes("schema = 1\n[component]\nname = \"counter\"\n"));
  const Error error = error_of("app/counter.toml");
  EXPECT_NE(error.message.find("app/counter.toml:3:8: error: component.name:"), std::string::npos)
      << error.message;
}

TEST_F(LoaderTest, CompilesOncePerContentAndClass) {
  disk_.write("a.wasm", module_with("1"));
  disk_.write("b.wasm", module_with("1"));
  disk_.write("c.wasm", module_with("2"));
  const auto first = loader_.load("a.wasm", EngineClass::standard).value();
  const auto same = loader_.load("b.wasm", EngineClass::standard).value();
  EXPECT_EQ(first.code, same.code);
  EXPECT_EQ(same.id, "local/b.wasm@0.0.0");
  EXPECT_EQ(loader_.compile_count(), 1U);
  EXPECT_NE(loader_.load("c.wasm", EngineClass::standard).value().code, first.code);
  EXPECT_NE(loader_.load("a.wasm", EngineClass::deterministic).value().code, first.code);
  EXPECT_EQ(loader_.compile_count(), 3U);
  disk_.write("a.wasm", module_with("3"));
  EXPECT_NE(loader_.load("a.wasm", EngineClass::standard).value().code, first.code)
      << "the content counts, not the name";
}

TEST_F(LoaderTest, ForgetsWhatWasNotUsedForLongest) {
  const auto load = [&](std::size_t number) {
    return loader_.load_bytes("x", module_with(std::to_string(number)), EngineClass::standard)
        .value()
        .code;
  };
  const auto kept = load(0);
  for (std::size_t number = 1; number < limits::compiled_components_max; ++number) load(number);
  EXPECT_EQ(load(0), kept) << "all fit, and 0 is now the last used";
  load(limits::compiled_components_max);
  EXPECT_EQ(load(0), kept);
  const auto count = loader_.compile_count();
  load(1);
  EXPECT_EQ(loader_.compile_count(), count + 1) << "1 was forgotten";
}

TEST_F(LoaderTest, TellsKindsOfWrongFilesApart) {
  EXPECT_EQ(error_for("").message, "'app/x.wasm' is empty; build it again");
  EXPECT_NE(error_for("int main() {}\n").message.find("is a text file"), std::string::npos);
  EXPECT_NE(error_for(" \n(module)").message.find("wat2wasm"), std::string::npos);
  EXPECT_NE(error_for("\x7F"
                      "ELF\2\1\1\0\0"sv)
                .message.find("does not begin with"),
            std::string::npos);
  EXPECT_NE(error_for("\0asm"sv).message.find("is cut off"), std::string::npos);
  EXPECT_NE(error_for("\0asm\1\0\0"sv).message.find("is cut off"), std::string::npos);
  const Error component = error_for("\0asm\x0d\0\1\0"sv);
  EXPECT_EQ(component.code, ErrorCode::unsupported);
  EXPECT_NE(component.message.find("is a component"), std::string::npos);
  const Error version = error_for("\0asm\2\0\0\0"sv);
  EXPECT_EQ(version.code, ErrorCode::unsupported);
  EXPECT_NE(version.message.find("version"), std::string::npos);
}

TEST_F(LoaderTest, SaysWhatTheDiskSays) {
  disk_.write("app/counter.wasm", module_with(""));
  EXPECT_EQ(error_of("app").code, ErrorCode::invalid_argument);
  const Error missing = error_of("app/conter.wasm");
  EXPECT_EQ(missing.code, ErrorCode::not_found);
  EXPECT_EQ(missing.message,
            "there is no file 'app/conter.wasm'; check the path; did you mean 'app/counter.wasm'?");
  disk_.fail_reads("app/counter.wasm", {.code = ErrorCode::denied, .message = "can't open it"});
  EXPECT_EQ(error_of("app/counter.wasm").message, "can't open it");
}

TEST_F(LoaderTest, RefusesFilesBeyondTheLimit) {
  Bytes large = module_with("");
  large.resize(limits::component_bytes_max + 1);
  disk_.write("large.wasm", large);
  EXPECT_EQ(error_of("large.wasm").code, ErrorCode::invalid_argument);
  EXPECT_EQ(loader_.compile_count(), 0U);
  large.pop_back();
  disk_.write("large.wasm", large);
  EXPECT_TRUE(loader_.load("large.wasm", EngineClass::standard).has_value());
}

TEST_F(LoaderTest, PutsTheFileBeforeWhatTheEngineSays) {
  disk_.write("bad.wasm", module_with("broken"));
  EXPECT_EQ(error_of("bad.wasm").message, "'bad.wasm': the export 'memory' is missing; export it");
  disk_.write("bad.wasm", module_with("good"));
  EXPECT_TRUE(loader_.load("bad.wasm", EngineClass::standard).has_value());
}

}  // namespace
}  // namespace troupe
