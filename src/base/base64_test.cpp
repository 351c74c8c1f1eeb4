#include "base/base64.hpp"

#include <random>
#include <string_view>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Base64, PassesTheVectorsOfItsStandard) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    EXPECT_EQ(base64_decode(encoded).value(), to_bytes(plain));
  }
}

TEST(Base64, RefusesWhatIsNotTheOneTextOfAValue) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=g==", "Z===", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm9_",
        "Zh==", "Zm9=", "Z=g=", "\xFF\xFF\xFF\xFF"}) {
    EXPECT_FALSE(base64_decode(text).has_value()) << text;
  }
}

TEST(Base64, ReadsBackWhatItWrote) {
  const unsigned seed = 20260101;
  SCOPED_TRACE(seed);
  std::mt19937 generator(seed);
  for (std::size_t size = 0; size < 300; ++size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(generator());
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
  }
}

}  // namespace
}  // namespace troupe
