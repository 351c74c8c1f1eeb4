#pragma once
// Names of actors, found without locks.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "base/text_hash.hpp"
#include "scheduler/reclaimer.hpp"
#include "troupe/address.hpp"

namespace troupe {

// A name, and whose it is, in one piece of memory: who has found it has touched both.
// Thread: immutable after construction.
class ActorName {
 public:
  static constexpr std::size_t bytes_max = UINT8_MAX;

  struct Free {
    void operator()(ActorName* name) const noexcept;
  };
  using Owner = std::unique_ptr<ActorName, Free>;

  // REQUIRES: at most bytes_max bytes.
  [[nodiscard]] static Owner make(std::string_view text, Address address);
  ActorName(const ActorName&) = delete;
  ActorName& operator=(const ActorName&) = delete;

  [[nodiscard]] Address address() const { return address_; }
  [[nodiscard]] std::string_view text() const { return {bytes(), size_}; }
  [[nodiscard]] bool is(std::string_view text) const {
    return size_ == text.size() && std::memcmp(bytes(), text.data(), text.size()) == 0;
  }

 private:
  ActorName(Address address, std::uint8_t size) : address_(address), size_(size) {}
  ~ActorName() = default;

  // Behind the object.
  [[nodiscard]] const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  Address address_;
  std::uint8_t size_;
};

// What BasicNames is made of; a model checker brings its own.
struct NamesPolicy : ReclaimerPolicy {
  using Name = ActorName;
  using Reclaimer = troupe::Reclaimer;
  static constexpr std::size_t shard_count = 64;
  static constexpr std::size_t bucket_words = 8;
  // Who finds the word finds the name behind it, and what its owner did before.
  static constexpr std::memory_order publish = std::memory_order_release;

  template <typename T>
  using Owner = std::unique_ptr<T>;
  // Of so many parts.
  template <typename T>
  [[nodiscard]] static Owner<T> make(std::size_t parts) {
    return std::make_unique<T>(parts);
  }
};

// Which actor has which name: open addressing in shards, each with a table of its own. A table has
// buckets of a cache line, whose words are pointers and, in the bits above, tags from the hash: a
// name that is not there costs a cache line, one that is there two.
//
// Invariants:
// 1. A word is empty, removed, or a name. A table has an empty word at all times.
// 2. A name stands in the bucket that its hash gives, or in the first behind it that had room;
// those
//    in between have no empty word as long as the name stands there.
// 3. So a word of a bucket without an empty word does not become empty again, but removed.
// 4. A table that was replaced is not changed any more.
//
// Thread: find() inside a reader or section of `reclaimer`; the rest any thread. Readers take no
//         lock; writers take their shard's.
// Owns:   the names and the tables. `reclaimer` outlives it.
// Bounds: as many as are added. A table has 5/4 to 15/8 words of 8 bytes for each name, rounded up
// to
//         a bucket; after removals at most 8. What is removed or outgrown is freed by `reclaimer`.
// Cost:   find(): a hash and two cache lines. A name of 20 bytes takes 48 bytes beside its words.
// Method: D. Knuth, "The Art of Computer Programming", volume 3, section 6.4, linear probing over
//         buckets; the index by D. Lemire, "Fast random integer generation in an interval", ACM
//         TOMACS 29, 2019, so that the number of buckets need not be a power of two.
template <typename Policy>
class BasicNames {
 public:
  using Name = Policy::Name;
  using NameOwner = Name::Owner;
  using Reclaimer = Policy::Reclaimer;

  // Names are spread by `seed`: who does not know it can't pile them up in one place.
  BasicNames(Reclaimer& reclaimer, std::uint64_t seed);
  BasicNames(const BasicNames&) = delete;
  BasicNames& operator=(const BasicNames&) = delete;
  // REQUIRES: no reader is inside.
  ~BasicNames();

  // Publishes it. False: the text is taken, and `name` stays the caller's.
  [[nodiscard]] bool try_add(NameOwner& name);
  // REQUIRES: it was added, is removed once, and nobody else leads readers to it any more.
  void remove(const Name& name);

  [[nodiscard]] std::optional<Address> find(std::string_view text) const {
    const std::uint64_t hash = hash_(text);
    const std::uint64_t tag = tag_of(hash);
    const Table& table = *(*tables_)[shard_of(hash)].load(Policy::follow);
    for (std::size_t at = table.place_of(hash);; at = table.behind(at)) {
      const Bucket& bucket = table.buckets[at];
      bool is_last = false;
      for (std::size_t i = 0; i < bucket_words; ++i) {
        const std::uint64_t word = bucket[word_of(hash, i)].load(Policy::follow);
        if (has_tag(word, tag)) {
          const Name& name = *name_of(word);
          if (name.is(text)) return name.address();
        }
        is_last |= word == empty_word;
      }
      if (is_last) return std::nullopt;
    }
  }

  // Calls visit(const Name&) for each, in no order. One that is added or removed meanwhile may
  // be among them or not. `visit` does not wait: what is retired meanwhile is kept.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& shown : *tables_) {
      const typename Reclaimer::Section section(reclaimer_);
      const Table& table = *shown.load(Policy::follow);
      for (std::size_t at = 0; at < table.bucket_count; ++at) {
        for (const Word& one : table.buckets[at]) {
          const std::uint64_t word = one.load(Policy::follow);
          if (is_name_word(word)) visit(*name_of(word));
        }
      }
    }
  }

  [[nodiscard]] std::size_t count() const;
  // Of the tables that are in use.
  [[nodiscard]] std::size_t table_bytes() const;

 private:
  template <typename T>
  using Atomic = Policy::template Atomic<T>;
  using Word = Atomic<std::uint64_t>;
  static constexpr std::size_t bucket_words = Policy::bucket_words;
  struct alignas(64) Bucket : std::array<Word, bucket_words> {};
  struct Table {
    explicit Table(std::size_t buckets_in_it)
        : bucket_count(buckets_in_it), buckets(Policy::template make<Bucket[]>(buckets_in_it)) {}

    [[nodiscard]] std::size_t place_of(std::uint64_t hash) const {
      return (hash >> 32U) * bucket_count >> 32U;
    }
    [[nodiscard]] std::size_t behind(std::size_t at) const {
      return at + 1 == bucket_count ? 0 : at + 1;
    }
    // How many of its words may be filled.
    [[nodiscard]] std::size_t room() const { return bucket_count * bucket_words * 4 / 5; }

    const std::size_t bucket_count;
    const Policy::template Owner<Bucket[]> buckets;
  };
  using TableOwner = Policy::template Owner<Table>;
  static constexpr std::size_t shard_count = Policy::shard_count;
  struct alignas(64) Tables : std::array<Atomic<Table*>, shard_count> {};
  struct alignas(64) Shard {
    mutable Policy::Mutex mutex;
    std::size_t names = 0;
    std::size_t filled = 0;  // Words that are not empty.
  };

  // A pointer of this machine has 47 bits. The uppermost bit says that the word is a name.
  static constexpr unsigned pointer_bits = 48;
  static constexpr std::uint64_t tag_bits = ~((std::uint64_t{1} << pointer_bits) - 1);
  static constexpr std::uint64_t empty_word = 0;
  static constexpr std::uint64_t removed_word = 1;

  // Shard, tag and place are of different bits.
  static constexpr std::size_t shard_of(std::uint64_t hash) { return hash % shard_count; }
  static constexpr std::uint64_t tag_of(std::uint64_t hash) {
    return (hash << 42U | std::uint64_t{1} << 63U) & tag_bits;
  }
  // The words of a bucket in the order in which the hash looks at them: most find theirs at once.
  static constexpr std::size_t word_of(std::uint64_t hash, std::size_t i) {
    return ((hash >> 24U) + i) % bucket_words;
  }
  static constexpr bool is_name_word(std::uint64_t word) { return word >> 63U != 0; }
  static constexpr bool has_tag(std::uint64_t word, std::uint64_t tag) {
    return (word & tag_bits) == tag;
  }
  static bool has_empty_word(const Bucket& bucket) {
    return std::ranges::any_of(
        bucket, [](const Word& word) { return word.load(Policy::follow) == empty_word; });
  }
  static Name* name_of(std::uint64_t word) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a word is a pointer and what tells it apart.
    return reinterpret_cast<Name*>(word & ~tag_bits);
  }
  static std::uint64_t word_for(const Name& name, std::uint64_t hash) {
    return reinterpret_cast<std::uintptr_t>(&name) | tag_of(hash);
  }
  [[nodiscard]] Table& table_of(std::size_t shard) const {
    return *(*tables_)[shard].load(std::memory_order_relaxed);
  }
  void retire(TableOwner table);
  // Where a name of that text goes. Null: there is one.
  [[nodiscard]] static Word* free_word(const Table& table, std::uint64_t hash,
                                       std::string_view text);
  [[nodiscard]] TableOwner rebuild(std::size_t shard, std::size_t buckets);

  Reclaimer& reclaimer_;
  const TextHash hash_;
  // Apart from what writers change all the time.
  const std::unique_ptr<Tables> tables_ = std::make_unique<Tables>();
  const std::unique_ptr<Shard[]> shards_ = std::make_unique<Shard[]>(shard_count);
};

using Names = BasicNames<NamesPolicy>;

template <typename Policy>
BasicNames<Policy>::BasicNames(Reclaimer& reclaimer, std::uint64_t seed)
    : reclaimer_(reclaimer), hash_(seed) {
  for (auto& shown : *tables_) {
    shown.store(Policy::template make<Table>(1).release(), std::memory_order_relaxed);
  }
}

template <typename Policy>
BasicNames<Policy>::~BasicNames() {
  for (auto& shown : *tables_) {
    const TableOwner table(shown.load(std::memory_order_relaxed));
    for (std::size_t at = 0; at < table->bucket_count; ++at) {
      for (const Word& one : table->buckets[at]) {
        const std::uint64_t word = one.load(std::memory_order_relaxed);
        if (is_name_word(word)) const NameOwner freed(name_of(word));
      }
    }
  }
}

template <typename Policy>
bool BasicNames<Policy>::try_add(NameOwner& name) {
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
      word->store(word_for(*name.release(), hash), Policy::publish);
    }
  }
  retire(std::move(outgrown));
  return name == nullptr;
}

template <typename Policy>
void BasicNames<Policy>::retire(TableOwner table) {
  if (table == nullptr) return;
  reclaimer_.retire(std::move(table));
  // It may be large.
  reclaimer_.collect();
}

template <typename Policy>
BasicNames<Policy>::Word* BasicNames<Policy>::free_word(const Table& table, std::uint64_t hash,
                                                        std::string_view text) {
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

template <typename Policy>
void BasicNames<Policy>::remove(const Name& name) {
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
        own->store(is_last ? empty_word : removed_word, Policy::unlink);
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
  reclaimer_.retire(NameOwner(name_of(own_word)));
  retire(std::move(outgrown));
}

// Under the shard's lock. Gives back the old table, which readers may still look at.
template <typename Policy>
BasicNames<Policy>::TableOwner BasicNames<Policy>::rebuild(std::size_t shard, std::size_t buckets) {
  TableOwner old((*tables_)[shard].load(std::memory_order_relaxed));
  auto fresh = Policy::template make<Table>(buckets);
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
  (*tables_)[shard].store(fresh.release(), Policy::unlink);
  return old;
}

template <typename Policy>
std::size_t BasicNames<Policy>::count() const {
  std::size_t sum = 0;
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    const std::lock_guard lock(shards_[shard].mutex);
    sum += shards_[shard].names;
  }
  return sum;
}

template <typename Policy>
std::size_t BasicNames<Policy>::table_bytes() const {
  std::size_t sum = 0;
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    const std::lock_guard lock(shards_[shard].mutex);
    sum += table_of(shard).bucket_count * sizeof(Bucket);
  }
  return sum;
}

extern template class BasicNames<NamesPolicy>;

}  // namespace troupe
