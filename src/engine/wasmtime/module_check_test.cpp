#include "engine/wasmtime/module_check.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "engine/wasmtime/test_guest.hpp"

namespace troupe::wasmtime {
namespace {

std::string error_of(BytesView wasm) {
  const auto checked = check_module(wasm);
  return checked ? "accepted" : checked.error().message;
}
ErrorCode code_of(BytesView wasm) {
  const auto checked = check_module(wasm);
  return checked ? ErrorCode::internal : checked.error().code;
}

// A guest with `more` in it, after the imports.
std::string guest(std::string_view imports, std::string_view more) {
  return fmt::format("(module {}{}{}{}{})", imports, prelude, idle_start, idle_handle, more);
}

struct Refused {
  std::string_view imports;
  std::string_view more;
  std::string_view message;  // Its beginning.
};

TEST(ModuleCheck, NamesWhatIsWrongWithAnImport) {
  const Refused cases[] = {
      {R"((import "troupe:actor/host@0.1.0" "fnd" (func (param i32 i32 i32))))", "",
       "import 'troupe:actor/host@0.1.0' 'fnd': the contract has no such function. Did you mean "
       "'find'?"},
      {R"((import "troupe:actor/host@0.1.0" "[method]address.sned" (func (param i32))))", "",
       "import 'troupe:actor/host@0.1.0' '[method]address.sned': the contract has no such "
       "function. Did you mean '[method]address.send'?"},
      {R"((import "troupe:actor/host@0.1.0" "find" (func (param i32) (result i64))))", "",
       "import 'troupe:actor/host@0.1.0' 'find': expected type (i32, i32, i32) -> (), found (i32) "
       "-> (i64)."},
      {R"((import "troupe:actor/host@0.1.0" "find" (global i32)))", "",
       "import 'troupe:actor/host@0.1.0' 'find': expected a function of type (i32, i32, i32) -> "
       "(), found a global."},
      {R"((import "troupe:actor/host@0.2.0" "find" (func (param i32 i32 i32))))", "",
       "import 'troupe:actor/host@0.2.0' 'find': version '0.2.0' of the contract; this build "
       "speaks 0.1."},
      {R"((import "troupe:actor/host" "find" (func (param i32 i32 i32))))", "",
       "import 'troupe:actor/host' 'find': version '' of the contract; this build speaks 0.1."},
      {R"((import "troupe:actor/host@0.1.0-rc.1" "find" (func (param i32 i32 i32))))", "",
       "import 'troupe:actor/host@0.1.0-rc.1' 'find': version '0.1.0-rc.1'"},
      {R"((import "env" "puts" (func (param i32) (result i32))))", "",
       "import 'env' 'puts': nothing provides this module. A guest may import "
       "'troupe:actor/host@0.1.0' and 'wasi_snapshot_preview1'."},
      {R"((import "wasi_snapshot_preview" "fd_close" (func (param i32) (result i32))))", "",
       "import 'wasi_snapshot_preview' 'fd_close': nothing provides this module. Did you mean "
       "'wasi_snapshot_preview1'?"},
      {R"((import "wasi_snapshot_preview1" "fd_clos" (func (param i32) (result i32))))", "",
       "import 'wasi_snapshot_preview1' 'fd_clos': WASI preview 1 has no such function. Did you "
       "mean 'fd_close'?"},
      {R"((import "wasi_snapshot_preview1" "fd_close" (func (param i64) (result i32))))", "",
       "import 'wasi_snapshot_preview1' 'fd_close': expected type (i32) -> (i32), found (i64) -> "
       "(i32)."},
      {R"((import "cm32p2|troupe:actor/host@0.1" "find" (func (param i32 i32 i32))))", "",
       "'cm32p2|troupe:actor/host@0.1': names that begin with 'cm32p2|' are not read."},
  };
  for (const Refused& tried : cases) {
    EXPECT_TRUE(error_of(wat(guest(tried.imports, tried.more))).starts_with(tried.message))
        << error_of(wat(guest(tried.imports, tried.more)));
  }
}

TEST(ModuleCheck, NamesWhatIsWrongWithAnExport) {
  const Refused cases[] = {
      {"", R"((func (export "cm32p2||troupe:actor/guest@0.1|start")))",
       "'cm32p2||troupe:actor/guest@0.1|start': names that begin with 'cm32p2|' are not read."},
      {"", R"((func $run.command_export (export "run")))",
       "the module is linked as a command; its constructors would run at every call. Link it with "
       "-mexec-model=reactor."},
      {"",
       R"((func (export "troupe:actor/timers@0.1.0#fird") (param i64) (result i32) unreachable))",
       "export 'troupe:actor/timers@0.1.0#fird': the contract has no such function. Did you mean "
       "'troupe:actor/timers@0.1.0#fired'?"},
      {"",
       R"((func (export "troupe:actor/timers@0.2.0#fired") (param i64) (result i32) unreachable))",
       "export 'troupe:actor/timers@0.2.0#fired': version '0.2.0' of the contract; this build "
       "speaks 0.1."},
      {"",
       R"((func (export "troupe:actor/timers@0.1.0#fired") (param i32) (result i32) unreachable))",
       "export 'troupe:actor/timers@0.1.0#fired': expected type (i64) -> (i32), found (i32) -> "
       "(i32)."},
      {"", R"((global (export "troupe:actor/timers@0.1.0#fired") i32 (i32.const 1)))",
       "export 'troupe:actor/timers@0.1.0#fired': expected a function of type (i64) -> (i32), "
       "found a global."},
      {"", R"((func (export "cabi_post_troupe:actor/guest@0.1.0#handle")))",
       "export 'cabi_post_troupe:actor/guest@0.1.0#handle': expected type (i32) -> (), found () -> "
       "()."},
      {"", R"((func (export "_initialize") (param i32)))",
       "export '_initialize': expected type () -> (), found (i32) -> ()."},
      {"",
       R"((func (export "troupe:actor/state@0.1.0#save") (param i32) (result i32) unreachable))",
       "the export 'troupe:actor/state@0.1.0#load' of type (i32, i32, i32, i32, i32, i32, i32, "
       "i32, i32, i32) -> (i32) is missing, but 'troupe:actor/state@0.1.0#save' is there. Export "
       "the interface 'state' whole or not at all."},
      {"", R"((func (export "troupe:actor/guest@0.1.1#start") (param i32 i32) (result i32)
              unreachable))",
       "exports 'troupe:actor/guest@0.1.0#start' and 'troupe:actor/guest@0.1.1#start' are the same "
       "function of the contract."},
  };
  for (const Refused& tried : cases) {
    EXPECT_TRUE(error_of(wat(guest(tried.imports, tried.more))).starts_with(tried.message))
        << error_of(wat(guest(tried.imports, tried.more)));
  }
}

TEST(ModuleCheck, NamesWhatIsMissing) {
  EXPECT_TRUE(error_of(wat(fmt::format("(module {}{})", prelude, idle_handle)))
                  .starts_with("the export 'troupe:actor/guest@0.1.0#start' of type (i32, i32) -> "
                               "(i32) is missing; every actor has it."));
  EXPECT_TRUE(error_of(wat(fmt::format("(module {}{})", prelude, idle_start)))
                  .starts_with("the export 'troupe:actor/guest@0.1.0#handle' of type"));
  EXPECT_TRUE(error_of(wat(fmt::format("(module (memory (export \"memory\") 1) {}{})", idle_start,
                                       idle_handle)))
                  .starts_with("the export 'cabi_realloc' of type (i32, i32, i32, i32) -> (i32) is "
                               "missing"));
  EXPECT_TRUE(error_of(wat(R"((module
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "troupe:actor/guest@0.1.0#start") (param i32 i32) (result i32) unreachable)
      (func (export "troupe:actor/guest@0.1.0#handle") (param i32 i32) (result i32) unreachable)
      (func (export "memory"))))"))
                  .starts_with("export 'memory': expected a memory, found a function."));
  EXPECT_TRUE(error_of(wat("(module)")).starts_with("the export 'cabi_realloc'"));
}

TEST(ModuleCheck, AcceptsTheWholeTrack) {
  EXPECT_EQ(error_of(wat(fmt::format(
                R"((module (import "troupe:actor/host@0.1.17" "find" (func (param i32 i32 i32))) {}
                   (func (export "troupe:actor/guest@0.1.3#start") (param i32 i32) (result i32)
                     (i32.const 16))
                   (func (export "troupe:actor/guest@0.1.4#handle") (param i32 i32) (result i32)
                     (i32.const 16))
                   (func (export "cabi_post_troupe:actor/guest@0.1.4#handle") (param i32))
                   (func (export "my_own")) (func (export "other:package/x@9.9.9#y")) ))",
                prelude))),
            "accepted");
}

TEST(ModuleCheck, NamesProposalsThatAreRefused) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"(tag $t) (func (throw $t))", "exceptions"},
      {"(memory 1)", "multiple memories"},
      {"(func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0)))",
       "relaxed SIMD"},
      {"(func (drop (i32.atomic.load (i32.const 0))))", "threads"},
      {"(type $s (struct (field i32)))", "garbage collection"},
      {"(type $f (func)) (func (param (ref $f)))", "typed function references"},
      {"(table 1 externref)", "external references (externref)"},
      {"(func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) "
       "(local.get 2) (local.get 3)))",
       "wide arithmetic"},
  };
  for (const auto& [more, name] : cases) {
    const Bytes wasm = wat(guest("", more));
    EXPECT_EQ(code_of(wasm), ErrorCode::unsupported);
    EXPECT_EQ(error_of(wasm),
              fmt::format("the module needs a feature that is not accepted: {}. Compile it for "
                          "WebAssembly 2.0 without that feature.",
                          name));
  }
  EXPECT_TRUE(error_of(wat("(module (memory (export \"memory\") i64 1))"))
                  .starts_with("the module needs a feature that is not accepted: memory64."));
}

TEST(ModuleCheck, AcceptsTheProposalsOfTheContract) {
  EXPECT_EQ(error_of(wat(guest("", R"(
      (func $f (param i32) (result i32) (return_call $f (local.get 0)))
      (func (result i32 i32) (i32.const 1) (i32.const 2))
      (func (param v128) (result v128) (i8x16.add (local.get 0) (local.get 0)))
      (global i32 (i32.add (i32.const 1) (i32.const 2)))
      (table 1 funcref) (func (drop (ref.null func)) (memory.fill (i32.const 0) (i32.const 0)
        (i32.const 0)) (drop (i32.extend8_s (i32.const 1)))
        (drop (i32.trunc_sat_f32_s (f32.const 1)))))"))),
            "accepted");
}

TEST(ModuleCheck, NamesFilesThatAreNoModules) {
  EXPECT_TRUE(error_of({}).starts_with("the file is no WebAssembly module"));
  EXPECT_TRUE(error_of(as_bytes("\177ELF\2\1\1\0")).starts_with("the file is no WebAssembly"));
  EXPECT_TRUE(error_of(as_bytes("(module)")).starts_with("the file is WebAssembly text."));
  constexpr std::string_view component("\0asm\x0d\0\1\0", 8);
  EXPECT_TRUE(error_of(as_bytes(component))
                  .starts_with("the file is a component; this build runs "
                               "core modules."));
  EXPECT_EQ(code_of(as_bytes(component)), ErrorCode::unsupported);
  constexpr std::string_view future("\0asm\2\0\0\0", 8);
  EXPECT_TRUE(error_of(as_bytes(future))
                  .starts_with("the file has WebAssembly version 02 00 00 "
                               "00"));
  EXPECT_TRUE(error_of(Bytes(limits::component_bytes_max + 1))
                  .starts_with("the file has 67108865 bytes; a module may have 67108864."));
}

TEST(ModuleCheck, CountsImportsAndExports) {
  const auto with = [](std::size_t imports, std::size_t exports) {
    std::string import_text;
    std::string export_text;
    for (std::size_t index = 0; index < imports; ++index)
      import_text += R"((import "troupe:actor/host@0.1.0" "unwatch" (func (param i64))))";
    // The prelude and the two functions make four.
    for (std::size_t index = 4; index < exports; ++index)
      export_text += fmt::format("(func (export \"f{}\"))", index);
    return error_of(wat(guest(import_text, export_text)));
  };
  EXPECT_EQ(with(limits::component_imports_max, 4), "accepted");
  EXPECT_TRUE(with(limits::component_imports_max + 1, 4)
                  .starts_with("the module has 201 imports; it may have 200."));
  EXPECT_EQ(with(0, limits::component_exports_max), "accepted");
  EXPECT_TRUE(with(0, limits::component_exports_max + 1)
                  .starts_with("the module has 501 exports; it may have 500."));
}

// Whatever the file is, the answer is a value, and what is accepted compiles.
TEST(ModuleCheck, SurvivesTruncatedAndFlippedFiles) {
  const Bytes good = wat(guest(all_imports(), "(func $named (nop)) (data (i32.const 9) \"data\")"));
  ASSERT_EQ(error_of(good), "accepted");
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(check_module(BytesView(good).first(size)).has_value() && size < 8);
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 3) {
    Bytes flipped = good;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    if (!check_module(flipped)) continue;
    ++accepted;
    if (accepted % 8 != 0) continue;
    const auto code = engine().compile(flipped, EngineClass::standard);
    EXPECT_TRUE(code.has_value()) << "bit " << bit << ": " << code.error().message;
  }
  EXPECT_GT(accepted, 0U);  // Names and data may be anything.
}

}  // namespace
}  // namespace troupe::wasmtime
