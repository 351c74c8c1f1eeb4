#include "engine/abi.hpp"

#include <set>

#include <gtest/gtest.h>

namespace troupe::abi {
namespace {

TEST(Abi, WritesSignaturesAsTypes) {
  EXPECT_EQ(to_string(Signature{}), "() -> ()");
  EXPECT_EQ(to_string(Signature{"iIfFvr", "i"}), "(i32, i64, f32, f64, v128, ref) -> (i32)");
}

TEST(Abi, HasNoNameTwice) {
  std::set<std::string> names;
  for (const ImportRow& row : imports()) EXPECT_TRUE(names.insert(std::string(row.name)).second);
  for (const WasiRow& row : wasi_functions())
    EXPECT_TRUE(names.insert(std::string(row.name)).second);
  for (const ExportRow& row : exports()) EXPECT_TRUE(names.insert(row.name()).second);
}

TEST(Abi, NumbersPostReturnsBehindTheirExports) {
  for (const ExportRow& row : exports()) {
    if (!row.is_post) continue;
    const ExportRow& before = exports()[static_cast<std::size_t>(row.export_) - 1];
    EXPECT_EQ(row.name(), "cabi_post_" + before.name());
    EXPECT_EQ(row.signature.params, before.signature.results);
  }
}

// The canonical ABI passes what is longer in memory.
TEST(Abi, HasNoFunctionWithMoreThanSixteenFlatParameters) {
  for (const ImportRow& row : imports()) EXPECT_LE(row.signature.params.size(), 17U);
  for (const ExportRow& row : exports()) EXPECT_LE(row.signature.params.size(), 16U);
}

TEST(Abi, KnowsThePhasesOfFunctions) {
  EXPECT_TRUE(is_allowed(row_of(Import::send).allowed, Phase::handle));
  EXPECT_FALSE(is_allowed(row_of(Import::send).allowed, Phase::save));
  EXPECT_TRUE(is_allowed(row_of(Import::clone).allowed, Phase::save));
  EXPECT_FALSE(is_allowed(row_of(Import::clone).allowed, Phase::check));
  EXPECT_TRUE(is_allowed(row_of(Import::random).allowed, Phase::boot));
  EXPECT_TRUE(is_allowed(row_of(Import::log).allowed, Phase::check));
  for (const ImportRow& row : imports()) EXPECT_FALSE(is_allowed(row.allowed, Phase::glue));
}

TEST(Abi, ReadsInterfaceNames) {
  const auto host = parse_interface("troupe:actor/host@0.1.0");
  ASSERT_TRUE(host.has_value());
  EXPECT_EQ(host->interface, "host");
  EXPECT_EQ(host->version, "0.1.0");
  EXPECT_TRUE(host->is_on_track());
  EXPECT_FALSE(parse_interface("troupe:actors/host@0.1.0").has_value());
  EXPECT_FALSE(parse_interface("memory").has_value());
  for (const std::string_view version : {"0.1.1", "0.1.99"})
    EXPECT_TRUE((InterfaceName{.interface = "host", .version = version}.is_on_track()));
  for (const std::string_view version :
       {"", "0.1", "0.1.", "0.2.0", "1.0.0", "0.10.0", "0.1.0-rc", "0.1.0+1", "0.1.x"})
    EXPECT_FALSE((InterfaceName{.interface = "host", .version = version}.is_on_track())) << version;
}

}  // namespace
}  // namespace troupe::abi
