// malloc and its relatives for TensorFlow's library alone, so that it can hold more than 1 GiB inside Electron.
//
// Electron's executable exports malloc, and Chromium's allocator behind it ends the process when an aligned block
// passes 1 GiB, which TensorFlow's regions soon do. This file is linked into the binding, and the binding is loaded
// with RTLD_DEEPBIND, so TensorFlow finds these definitions before the executable's. Aligned blocks of 1 MiB and more
// come straight from the kernel, aligned to 2 MiB and marked for huge pages. Everything else, and every free of a
// block that is not ours, goes on to the allocator of the process, since such blocks cross between libraries.
//
// A freed block is kept for the next request of about its size: XLA asks for the same blocks at every step, and the
// kernel would clear each of them anew (a tenth of a step with a large vocabulary). Blocks in use and kept together never
// take more than the blocks in use once did.
//
// Linux hands out memory that it does not have and then kills the process that uses it. So there is a limit, past which a
// block is refused: TensorFlow then fails one operation, and the program lives to say so and to save.
//
// Costs: one mmap for each block that is not found among the kept, and one test of the low address bits for each free.
// In plain Node it does no harm.

#include "large-blocks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <mutex>

namespace {

constexpr size_t kSmallestLargeBlock = size_t{1} << 20;
constexpr size_t kHugePage = size_t{2} << 20;  // alignment of our blocks, and what tells a pointer is not ours

// The allocator of the process. RTLD_DEFAULT would find this file again, so the symbols are taken from the
// executable's own scope.
struct ProcessAllocator {
  void* (*malloc)(size_t);
  void* (*calloc)(size_t, size_t);
  void* (*realloc)(void*, size_t);
  void (*free)(void*);
  void* (*memalign)(size_t, size_t);
  int (*posix_memalign)(void**, size_t, size_t);

  ProcessAllocator() {
    void* process = dlopen(nullptr, RTLD_LAZY);
    find(process, "malloc", malloc);
    find(process, "calloc", calloc);
    find(process, "realloc", realloc);
    find(process, "free", free);
    find(process, "memalign", memalign);
    find(process, "posix_memalign", posix_memalign);
  }

  template <typename Function>
  static void find(void* process, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(process, name));
  }
};

ProcessAllocator& process_allocator() {
  static ProcessAllocator allocator;
  return allocator;
}

// Which addresses are ours and how long each block is: a hash table with linear probing in static memory, because a
// table that allocates would call itself.
class BlockTable {
 public:
  bool insert(void* block, size_t size) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (count_ >= kCapacity / 2) return false;
    size_t at = slot(block);
    while (entries_[at].block != nullptr) at = next(at);
    entries_[at] = {block, size};
    count_++;
    bytes_ += size;
    peak_bytes_ = std::max(peak_bytes_, bytes_);
    most_bytes_ = std::max(most_bytes_, bytes_);
    return true;
  }

  // The size of a block, 0 where it is not ours.
  size_t size_of(void* block) {
    std::lock_guard<std::mutex> lock(mutex_);
    return entries_[find(block)].size;
  }

  // Forgets a block and returns its size, 0 where it is not ours.
  size_t remove(void* block) {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t hole = find(block);
    size_t size = entries_[hole].size;
    if (size == 0) return 0;
    close(hole);
    count_--;
    bytes_ -= size;
    return size;
  }

  // Whether `more` bytes stay within the limit.
  bool allows(size_t more) {
    std::lock_guard<std::mutex> lock(mutex_);
    return bytes_ + more <= limit_;
  }

  void set_limit(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    limit_ = bytes;
  }

  // What may be held beside the blocks in use and `more` bytes to come.
  uint64_t room(size_t more) {
    std::lock_guard<std::mutex> lock(mutex_);
    return most_bytes_ - std::min(most_bytes_, bytes_ + more);
  }

  void usage(uint64_t* bytes, uint64_t* peak_bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    *bytes = bytes_;
    *peak_bytes = peak_bytes_;
  }

  void reset_peak() {
    std::lock_guard<std::mutex> lock(mutex_);
    peak_bytes_ = bytes_;
  }

 private:
  struct Entry {
    void* block;
    size_t size;
  };
  static constexpr size_t kCapacity = size_t{1} << 16;

  static size_t slot(void* block) {
    // Multiplicative hashing of the 2 MiB page number: its upper bits are well mixed.
    return static_cast<size_t>((reinterpret_cast<uint64_t>(block) / kHugePage * 0x9E3779B97F4A7C15u) >> 48);
  }
  static size_t next(size_t at) { return (at + 1) % kCapacity; }

  // The slot that holds the block, or the empty one where its search ends.
  size_t find(void* block) const {
    size_t at = slot(block);
    while (entries_[at].block != nullptr && entries_[at].block != block) at = next(at);
    return at;
  }

  // Empties a slot and moves later entries of the same run back, so that every search still ends at the first gap.
  void close(size_t hole) {
    entries_[hole] = {nullptr, 0};
    for (size_t at = next(hole); entries_[at].block != nullptr; at = next(at)) {
      size_t home = slot(entries_[at].block);
      bool reaches_over_hole = (at - home) % kCapacity >= (at - hole) % kCapacity;
      if (!reaches_over_hole) continue;
      entries_[hole] = entries_[at];
      entries_[at] = {nullptr, 0};
      hole = at;
    }
  }

  std::mutex mutex_;
  Entry entries_[kCapacity] = {};
  size_t count_ = 0;
  uint64_t bytes_ = 0;
  uint64_t peak_bytes_ = 0;
  uint64_t most_bytes_ = 0;  // a peak that is never reset
  uint64_t limit_ = UINT64_MAX;
};

BlockTable table;

// Freed blocks that wait for the next request of about their size.
class Reserve {
 public:
  // The smallest kept block of at least `length` bytes that wastes at most an eighth, with its own length; nullptr
  // where there is none.
  void* take(size_t length, size_t* found_length) {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t best = count_;
    for (size_t at = 0; at < count_; at++) {
      if (kept_[at].length < length || kept_[at].length > length + length / 8) continue;
      if (best == count_ || kept_[at].length < kept_[best].length) best = at;
    }
    if (best == count_) return nullptr;
    *found_length = kept_[best].length;
    return remove(best);
  }

  // Keeps a block where that leaves at most `room` bytes kept; otherwise it is still the caller's.
  bool keep(void* block, size_t length, uint64_t room) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (count_ == kCapacity || bytes_ + length > room) return false;
    kept_[count_++] = {block, length};
    bytes_ += length;
    return true;
  }

  // Gives blocks back to the kernel, the longest kept first, until at most `room` bytes are kept.
  void shrink(uint64_t room) {
    std::lock_guard<std::mutex> lock(mutex_);
    while (bytes_ > room) {
      const size_t length = kept_[0].length;
      munmap(remove(0), length);
    }
  }

 private:
  struct Kept {
    void* block;
    size_t length;
  };
  static constexpr size_t kCapacity = 256;

  void* remove(size_t at) {
    void* block = kept_[at].block;
    bytes_ -= kept_[at].length;
    std::copy(kept_ + at + 1, kept_ + count_, kept_ + at);
    count_--;
    return block;
  }

  std::mutex mutex_;
  Kept kept_[kCapacity] = {};
  size_t count_ = 0;
  uint64_t bytes_ = 0;
};

Reserve reserve;

size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

// A block from the kernel, aligned to 2 MiB; nullptr where there is no memory.
void* map_block(size_t length) {
  const size_t reserved = length + kHugePage;
  void* raw = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(raw);
  char* block = reinterpret_cast<char*>(round_up(reinterpret_cast<uintptr_t>(begin), kHugePage));
  if (block > begin) munmap(begin, block - begin);
  munmap(block + length, begin + reserved - (block + length));
  madvise(block, length, MADV_HUGEPAGE);
  return block;
}

// A kept block or a new one; nullptr with errno set where there is no memory, the limit is met or the table is full.
void* large_block(size_t size) {
  size_t length = round_up(size, 4096);
  if (length + kHugePage < size || !table.allows(length)) return errno = ENOMEM, nullptr;
  void* block = reserve.take(length, &length);
  if (block == nullptr) {
    reserve.shrink(table.room(length));
    block = map_block(length);
  }
  if (block == nullptr) {
    reserve.shrink(0);
    block = map_block(length);
  }
  if (block == nullptr) return errno = ENOMEM, nullptr;
  if (table.insert(block, length)) return block;
  munmap(block, length);
  return errno = ENOMEM, nullptr;
}

bool may_be_ours(void* block) { return block != nullptr && reinterpret_cast<uintptr_t>(block) % kHugePage == 0; }

bool is_large(size_t alignment, size_t size) { return size >= kSmallestLargeBlock && alignment <= kHugePage; }

}  // namespace

void midbench_large_blocks(uint64_t* bytes, uint64_t* peak_bytes) { table.usage(bytes, peak_bytes); }

void midbench_reset_large_blocks_peak() { table.reset_peak(); }

void midbench_limit_large_blocks(uint64_t bytes) { table.set_limit(bytes); }

void midbench_release_kept_blocks() { reserve.shrink(0); }

extern "C" {

void* malloc(size_t size) { return process_allocator().malloc(size); }

void* calloc(size_t count, size_t size) { return process_allocator().calloc(count, size); }

void free(void* block) {
  if (may_be_ours(block)) {
    if (size_t size = table.remove(block)) {
      if (!reserve.keep(block, size, table.room(0))) munmap(block, size);
      return;
    }
  }
  process_allocator().free(block);
}

void* realloc(void* block, size_t size) {
  size_t held = may_be_ours(block) ? table.size_of(block) : 0;
  if (held == 0) return process_allocator().realloc(block, size);
  void* moved = malloc(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, block, std::min(held, size));
  free(block);
  return moved;
}

void* memalign(size_t alignment, size_t size) {
  return is_large(alignment, size) ? large_block(size) : process_allocator().memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** block, size_t alignment, size_t size) {
  if (!is_large(alignment, size)) return process_allocator().posix_memalign(block, alignment, size);
  *block = large_block(size);
  return *block == nullptr ? ENOMEM : 0;
}

}  // extern "C"
