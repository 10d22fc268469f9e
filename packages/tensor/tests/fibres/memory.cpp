// Arrays between guards. NumPy allocates here while its handler is set to ours (PyDataMem_SetHandler).
//
// An array's memory ends, but for what rounds its size up to 16 bytes, where a page begins that cannot be touched; the bytes
// between and those before it in its first page hold a pattern that is checked after each launch. New memory is filled
// with ones: NaN as floats, -1 as integers.
#include "memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace fibres {
namespace {

constexpr size_t page = 4096;
constexpr unsigned char pattern = 0xc3, fresh = 0xff;

struct Block {
    char *mapping, *data;
    size_t mapped, size;
    Block *previous, *next;
};

Block* first = nullptr;
char text[256];

char* data_end(const Block* block) { return block->mapping + block->mapped - page; }

Block* find(const void* data) {
    for (Block* block = first; block; block = block->next)
        if (block->data == data) return block;
    return nullptr;
}

bool holds_pattern(const char* begin, const char* end) {
    for (; begin < end; ++begin)
        if (static_cast<unsigned char>(*begin) != pattern) return false;
    return true;
}

void* allocate(size_t size) {
    const size_t rounded = (size + 15) / 16 * 16, used = (rounded + page - 1) / page * page;
    const size_t mapped = used + 2 * page;
    void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    Block* block = new Block;
    block->mapping = static_cast<char*>(memory);
    block->mapped = mapped;
    block->data = block->mapping + page + used - rounded;
    block->size = size;
    mprotect(block->mapping, page, PROT_NONE);
    mprotect(block->mapping + page + used, page, PROT_NONE);
    memset(block->mapping + page, pattern, used - rounded);
    memset(block->data, fresh, size);
    memset(block->data + size, pattern, rounded - size);
    block->previous = nullptr;
    block->next = first;
    if (first) first->previous = block;
    first = block;
    return block->data;
}

void release(void* data) {
    Block* block = find(data);
    if (!block) return;
    (block->previous ? block->previous->next : first) = block->next;
    if (block->next) block->next->previous = block->previous;
    munmap(block->mapping, block->mapped);
    delete block;
}

void* numpy_malloc(void*, size_t size) { return allocate(size); }

void* numpy_calloc(void*, size_t count, size_t size) {
    void* data = allocate(count * size);
    if (data) memset(data, 0, count * size);
    return data;
}

void* numpy_realloc(void*, void* old, size_t size) {
    void* data = allocate(size);
    if (data && old) {
        const Block* block = find(old);
        memcpy(data, old, block->size < size ? block->size : size);
        release(old);
    }
    return data;
}

void numpy_free(void*, void* data, size_t) { release(data); }

// NumPy's PyDataMem_Handler, version 1.
struct Handler {
    char name[127];
    uint8_t version;
    void* context;
    void* (*malloc)(void*, size_t);
    void* (*calloc)(void*, size_t, size_t);
    void* (*realloc)(void*, void*, size_t);
    void (*free)(void*, void*, size_t);
};

}  // namespace

const char* describe_address(const void* address) {
    const char* p = static_cast<const char*>(address);
    for (const Block* block = first; block; block = block->next) {
        if (p < block->mapping || p >= block->mapping + block->mapped) continue;
        const bool below = p < block->data;
        snprintf(text, sizeof text, "reads or writes %lld bytes %s an array of %zu bytes",
                 static_cast<long long>(below ? block->data - p : p - (block->data + block->size)),
                 below ? "before" : "after the end of", block->size);
        return text;
    }
    snprintf(text, sizeof text, "reads or writes at %p, which belongs to no array", address);
    return text;
}

const char* find_damage() {
    for (Block* block = first; block; block = block->next) {
        const bool before = !holds_pattern(block->mapping + page, block->data);
        const bool after = !holds_pattern(block->data + block->size, data_end(block));
        if (!before && !after) continue;
        memset(block->mapping + page, pattern, block->data - block->mapping - page);
        memset(block->data + block->size, pattern, data_end(block) - block->data - block->size);
        snprintf(text, sizeof text, "wrote %s an array of %zu bytes", before ? "before" : "after the end of", block->size);
        return text;
    }
    return nullptr;
}

}  // namespace fibres

extern "C" {

fibres::Handler fibres_handler = {"flambeau_fibres", 1, nullptr, fibres::numpy_malloc, fibres::numpy_calloc,
                                  fibres::numpy_realloc, fibres::numpy_free};

// Whether `bytes` bytes from `address` on are inside one living array.
int fibres_lives(const char* address, size_t bytes) {
    for (const fibres::Block* block = fibres::first; block; block = block->next)
        if (address >= block->data && address + bytes <= block->data + block->size) return 1;
    return 0;
}

}
