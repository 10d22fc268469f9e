// The pool under many threads, sizes and forks: blocks do not overlap, come back as they were written, and what is kept
// stays within its bound.
//
// memory_stress [how many steps each part takes]
#include "flambeau/memory.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

#include "check.hpp"

using namespace flambeau;

namespace {

long steps = 20'000;

struct Block {
    unsigned char* data = nullptr;
    std::size_t bytes = 0;
    unsigned char mark = 0;

    void write(unsigned char m) {
        mark = m;
        data[0] = data[bytes / 2] = data[bytes - 1] = m;
    }
    void check() const { CHECK(data[0] == mark && data[bytes / 2] == mark && data[bytes - 1] == mark); }
};

std::size_t some_size(Random& random) {
    const int bit = 6 + int(random.below(17));  // to 8 MiB
    return (std::size_t(1) << bit) + std::size_t(random.below(std::ptrdiff_t(1) << bit));
}

void check_bound() {
    const PoolStatistics s = pool_statistics();
    const std::size_t slack = std::size_t(256) << 20;
    CHECK(s.kept <= s.limit);
    CHECK(s.kept <= slack || s.kept + s.in_use <= s.peak);
}

void many_sizes(std::uint64_t seed, long n) {
    Random random(seed);
    Block blocks[40];
    for (long i = 0; i < n; ++i) {
        Block& b = blocks[random.below(40)];
        if (b.data == nullptr) {
            b.bytes = some_size(random);
            b.data = static_cast<unsigned char*>(pool_allocate(b.bytes));
            CHECK(b.data != nullptr && reinterpret_cast<std::uintptr_t>(b.data) % 64 == 0);
            CHECK(b.bytes < (std::size_t(4) << 20) || reinterpret_cast<std::uintptr_t>(b.data) % (2u << 20) == 0);
            b.write(static_cast<unsigned char>(random.next()));
        } else if (random.below(4) == 0) {
            b.check();
            const std::size_t bytes = some_size(random);
            b.data = static_cast<unsigned char*>(pool_reallocate(b.data, bytes));
            CHECK(b.data != nullptr && b.data[0] == b.mark);
            if (bytes > b.bytes) CHECK(b.data[b.bytes - 1] == b.mark);
            b.bytes = bytes;
            b.write(static_cast<unsigned char>(random.next()));
        } else {
            b.check();
            pool_release(b.data);
            b.data = nullptr;
        }
        if (random.below(100) == 0) check_bound();
        if (random.below(1000) == 0) pool_empty();
        if (random.below(1000) == 0) pool_set_limit(std::size_t(random.below(200)) << 20);
    }
    for (Block& b : blocks) pool_release(b.data);
}

// Blocks go from the thread that asked for them to others, which give them back.
void handed_over() {
    std::mutex mutex;
    std::vector<Block> between;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            Random random(std::uint64_t(50 + t));
            for (long i = 0; i < steps / 4; ++i) {
                Block b;
                b.bytes = 1000 + std::size_t(random.below(300'000));
                b.data = static_cast<unsigned char*>(pool_allocate(b.bytes));
                CHECK(b.data != nullptr);
                b.write(static_cast<unsigned char>(random.next()));
                std::lock_guard<std::mutex> lock(mutex);
                between.push_back(b);
                std::swap(between[std::size_t(random.below(std::ptrdiff_t(between.size())))], between.back());
                if (between.size() > 20) {
                    between.back().check();
                    pool_release(between.back().data);
                    between.pop_back();
                }
            }
        });
    for (auto& thread : threads) thread.join();
    for (Block& b : between) pool_release(b.data);
}

void forks() {
    std::atomic<bool> stop{false};
    std::thread other([&] {
        while (!stop.load()) pool_release(pool_allocate(200'000));
    });
    for (int i = 0; i < 100; ++i) {
        void* mine = pool_allocate(100'000);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);
            pool_release(mine);
            for (int k = 0; k < 100; ++k) pool_release(pool_allocate(std::size_t(100'000 + 1000 * k)));
            pool_empty();
            _exit(0);
        }
        int status = -1;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        pool_release(mine);
    }
    stop = true;
    other.join();
}

// A block is reused by whatever is of its class, and classes waste at most a fifth of a block.
void classes() {
    pool_empty();
    for (std::size_t bytes = PoolSmallest; bytes < (std::size_t(1) << 30); bytes += bytes / 37) {
        const std::size_t before = pool_statistics().in_use;
        void* block = pool_allocate(bytes);
        CHECK(block != nullptr);
        const std::size_t held = pool_statistics().in_use - before;
        CHECK(held >= bytes && held - bytes <= held / 5);
        pool_release(block);
        const std::uint64_t hits = pool_statistics().hits;
        pool_release(pool_allocate(held));
        CHECK(pool_statistics().kept == 0 || pool_statistics().hits == hits + 1);
        CHECK(pool_statistics().in_use == before);
    }
    CHECK(pool_allocate(~std::size_t(0)) == nullptr);
    CHECK(pool_allocate(std::size_t(1) << 48) == nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) steps = std::atol(argv[1]);
    pool_release(nullptr);
    void* zero = pool_allocate(0);
    CHECK(zero != nullptr);
    pool_release(zero);
    classes();
    many_sizes(1, steps);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([=] { many_sizes(std::uint64_t(10 + t), steps / 2); });
    for (auto& thread : threads) thread.join();
    handed_over();
    forks();
    CHECK(pool_statistics().in_use == 0);
    pool_empty();
    CHECK(pool_statistics().kept == 0);
    return 0;
}
