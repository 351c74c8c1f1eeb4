#include "router/names.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "base/check.hpp"

namespace troupe {

void ActorName::Free::operator()(ActorName* name) const noexcept {
  name->~ActorName();
  ::operator delete(name);
}

ActorName::Owner ActorName::make(std::string_view text, Address address) {
  CHECK(text.size() <= bytes_max, "names of actors are short");
  void* const memory = ::operator new(sizeof(ActorName) + text.size());
  Owner name(new (memory) ActorName(address, static_cast<std::uint8_t>(text.size())));
  std::memcpy(static_cast<char*>(memory) + sizeof(ActorName), text.data(), text.size());
  return name;
}

Names::Names(Reclaimer& reclaimer, std::uint64_t seed) : reclaimer_(reclaimer), hash_(seed) {
  for (auto& shown : *tables_) {
    shown.store(std::make_unique<Table>(1).release(), std::memory_order_relaxed);
  }
}

Names::~Names() {
  for (auto& shown : *tables_) {
    const TableOwner table(shown.load(std::memory_order_relaxed));
    for (std::size_t at = 0; at < table->bucket_count; ++at) {
      for (const Word& one : table->buckets[at]) {
        const std::uint64_t word = one.load(std::memory_order_relaxed);
        if (is_name_word(word)) const ActorName::Owner freed(name_of(word));
      }
    }
  }
}

bool Names::try_add(ActorName::Owner& name) {
  const std::uint64_t hash = hash_(name->text());
  const std::size_t index = shard_of(hash);
  Shard& shard = shards_[index];
  TableOwner outgrown;
  {
    const std::lock_guard lock(shard.mutex);
    const std::size_t room = table_of(index).room();
    if (shard.filled + 1 > room) {
      const std::size_t buckets = table_of(index).bucket_count;
      // As large as it is, if a third of what fills it are removed words.
      const bool grows = shard.names + 1 > room * 2 / 3;
      outgrown = rebuild(index, grows ? buckets + (buckets + 1) / 2 : buckets);
    }
    if (Word* const word = free_word(table_of(index), hash, name->text())) {
      if (word->load(std::memory_order_relaxed) == empty_word) ++shard.filled;
      ++shard.names;
      // Release: who finds the word finds the name behind it, and what its owner did before.
      word->store(word_for(*name.release(), hash), std::memory_order_release);
    }
  }
  retire(std::move(outgrown));
  return name == nullptr;
}

void Names::retire(TableOwner table) {
  if (table == nullptr) return;
  reclaimer_.retire(std::move(table));
  // It may be large.
  reclaimer_.collect();
}

Names::Word* Names::free_word(const Table& table, std::uint64_t hash, std::string_view text) {
  Word* removed = nullptr;
  for (std::size_t at = table.place_of(hash);; at = table.behind(at)) {
    Word* empty = nullptr;
    for (std::size_t i = 0; i < bucket_words; ++i) {
      Word& here = table.buckets[at][word_of(hash, i)];
      const std::uint64_t word = here.load(std::memory_order_relaxed);
      if (has_tag(word, tag_of(hash)) && name_of(word)->is(text)) return nullptr;
      if (word == removed_word && removed == nullptr) removed = &here;
      if (word == empty_word && empty == nullptr) empty = &here;
    }
    if (empty != nullptr) return removed != nullptr ? removed : empty;
  }
}

void Names::remove(const ActorName& name) {
  const std::uint64_t hash = hash_(name.text());
  const std::uint64_t own_word = word_for(name, hash);
  const std::size_t index = shard_of(hash);
  Shard& shard = shards_[index];
  TableOwner outgrown;
  {
    const std::lock_guard lock(shard.mutex);
    const Table& table = table_of(index);
    for (std::size_t at = table.place_of(hash);; at = table.behind(at)) {
      Bucket& bucket = table.buckets[at];
      const bool is_last = has_empty_word(bucket);
      const auto own = std::ranges::find(
          bucket, own_word, [](const Word& word) { return word.load(std::memory_order_relaxed); });
      if (own != bucket.end()) {
        // Where a search ends anyway, no mark is needed.
        own->store(is_last ? empty_word : removed_word, ReclaimerPolicy::unlink);
        if (is_last) --shard.filled;
        break;
      }
      CHECK(!is_last, "who is removed was added");
    }
    --shard.names;
    if (table.bucket_count > 1 && shard.names < table.bucket_count) {
      outgrown = rebuild(index, std::max<std::size_t>(table.bucket_count / 4, 1));
    }
  }
  reclaimer_.retire(ActorName::Owner(name_of(own_word)));
  retire(std::move(outgrown));
}

// Under the shard's lock. Gives back the old table, which readers may still look at.
Names::TableOwner Names::rebuild(std::size_t shard, std::size_t buckets) {
  TableOwner old((*tables_)[shard].load(std::memory_order_relaxed));
  auto fresh = std::make_unique<Table>(buckets);
  for (std::size_t at = 0; at < old->bucket_count; ++at) {
    // Names lie all over the memory: they are asked for before they are needed.
    for (const Word& later : old->buckets[old->behind(at)]) {
      const std::uint64_t word = later.load(std::memory_order_relaxed);
      if (is_name_word(word)) __builtin_prefetch(name_of(word));
    }
    for (const Word& one : old->buckets[at]) {
      const std::uint64_t word = one.load(std::memory_order_relaxed);
      if (!is_name_word(word)) continue;
      const std::string_view text = name_of(word)->text();
      free_word(*fresh, hash_(text), text)->store(word, std::memory_order_relaxed);
    }
  }
  shards_[shard].filled = shards_[shard].names;
  (*tables_)[shard].store(fresh.release(), ReclaimerPolicy::unlink);
  return old;
}

std::size_t Names::count() const {
  std::size_t sum = 0;
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    const std::lock_guard lock(shards_[shard].mutex);
    sum += shards_[shard].names;
  }
  return sum;
}

std::size_t Names::table_bytes() const {
  std::size_t sum = 0;
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    const std::lock_guard lock(shards_[shard].mutex);
    sum += table_of(shard).bucket_count * sizeof(Bucket);
  }
  return sum;
}

}  // namespace troupe
