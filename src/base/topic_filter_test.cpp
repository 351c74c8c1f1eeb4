#include "base/topic_filter.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

TEST(TopicFilter, KnowsTopics) {
  for (const std::string_view text : {"a", "orders.eu.new", "A-1._.9", "a.b.c.d"}) {
    EXPECT_TRUE(is_topic(text)) << text;
    EXPECT_TRUE(is_filter(text)) << text;
  }
  for (const std::string_view text :
       {"", ".", "a.", ".a", "a..b", "a b", "a/b", "a.\xC3\xA9", "a\n", "a.+"}) {
    EXPECT_FALSE(is_topic(text)) << text;
    EXPECT_FALSE(is_filter(text)) << text;
  }
}

TEST(TopicFilter, KnowsFilters) {
  for (const std::string_view text : {"*", "#", "a.*", "*.a", "a.#", "*.#", "*.*", "a.*.b.#"}) {
    EXPECT_TRUE(is_filter(text)) << text;
    EXPECT_FALSE(is_topic(text)) << text;
  }
  for (const std::string_view text :
       {"#.a", "a.#.b", "a*", "*a", "a#", "##", "**", "#.#", "a.#."}) {
    EXPECT_FALSE(is_filter(text)) << text;
  }
}

TEST(TopicFilter, BoundsBytesAndSegments) {
  EXPECT_TRUE(is_topic(std::string(255, 'a')));
  EXPECT_TRUE(is_topic(std::string(256, 'a')));
  EXPECT_FALSE(is_topic(std::string(257, 'a')));
  std::string segments = "a";
  for (int count = 2; count <= 16; ++count) segments += ".a";
  EXPECT_TRUE(is_topic(segments)) << "16 segments";
  EXPECT_FALSE(is_topic(segments + ".a")) << "17 segments";
  EXPECT_FALSE(is_filter(segments + ".#"));
}

TEST(TopicFilter, SelectsTopics) {
  struct Row {
    std::string_view filter;
    std::string_view selected;
    std::string_view passed_over;
  };
  for (const Row& row :
       {Row{"orders", "orders", "orders.eu"}, Row{"orders.eu", "orders.eu", "orders.us"},
        Row{"orders.*", "orders.eu", "orders"}, Row{"orders.*", "orders.us", "orders.us.new"},
        Row{"orders.*.new", "orders.eu.new", "orders.eu.old"}, Row{"orders.#", "orders", "order"},
        Row{"orders.#", "orders.eu.new", "ordersx.eu"}, Row{"*.#", "a", "never"},
        Row{"*", "a", "a.b"}}) {
    EXPECT_TRUE(matches({row.filter}, row.selected)) << row.filter << " " << row.selected;
    if (row.passed_over != "never") {
      EXPECT_FALSE(matches({row.filter}, row.passed_over)) << row.filter << " " << row.passed_over;
    }
  }
  EXPECT_TRUE(matches({"#"}, "a.b.c"));
}

// All texts of up to `depth` segments out of `segments`.
std::vector<std::string> all_texts(const std::vector<std::string>& segments, int depth) {
  std::vector<std::string> texts = segments;
  std::vector<std::string> last = segments;
  for (int length = 2; length <= depth; ++length) {
    std::vector<std::string> longer;
    for (const auto& text : last) {
      for (const auto& segment : segments) longer.push_back(fmt::format("{}.{}", text, segment));
    }
    texts.insert(texts.end(), longer.begin(), longer.end());
    last = std::move(longer);
  }
  return texts;
}

// Exhaustive over a small world, with one segment ("z") that no filter names and topics longer than
// any filter: the definition of `covers`, word by word.
TEST(TopicFilter, CoversExactlyTheFiltersThatSelectNoMore) {
  std::vector<std::string> filters = all_texts({"a", "b", "*", "#"}, 3);
  std::erase_if(filters, [](const std::string& text) { return !is_filter(text); });
  const std::vector<std::string> topics = all_texts({"a", "b", "z"}, 5);
  for (const auto& outer : filters) {
    for (const auto& inner : filters) {
      const bool selects_no_more = std::ranges::all_of(topics, [&](const std::string& topic) {
        return !matches({inner}, topic) || matches({outer}, topic);
      });
      ASSERT_EQ(covers({.outer = outer, .inner = inner}), selects_no_more) << outer << " " << inner;
    }
  }
}

}  // namespace
}  // namespace troupe
