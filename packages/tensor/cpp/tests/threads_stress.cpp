// run_chunks under everything that can happen to it: many small calls, callers on several threads, calls inside calls,
// a number of threads that changes meanwhile, workers that go to sleep, forks in the middle.
//
// threads_stress [how many calls each part makes]
#include "flambeau/threads.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"

using namespace flambeau;

namespace {

long calls = 200'000;

// One call over random sizes: every item once, in chunks with the bounds that count and grain give.
void one_call(Random& random) {
    // No memory is asked for while others fork: the address sanitizer's allocator hangs children then.
    constexpr std::ptrdiff_t most = 3000;
    static thread_local unsigned char items[most];
    unsigned char* const seen = items;
    const std::ptrdiff_t count = random.below(4) ? random.below(200) : random.below(most);
    const std::ptrdiff_t grain = 1 + random.below(random.below(2) ? 8 : 300);
    parallel(count, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        CHECK(0 <= begin && begin < end && end <= count);
        CHECK(count <= grain || (begin % grain == 0 && (end == count || end == begin + grain)));
        for (std::ptrdiff_t i = begin; i < end; ++i) ++seen[i];
    });
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        CHECK(seen[i] == 1);
        seen[i] = 0;
    }
}

void many_calls(std::uint64_t seed, long n) {
    Random random(seed);
    for (long i = 0; i < n; ++i) {
        one_call(random);
        if (random.below(2000) == 0) usleep(unsigned(random.below(400)));  // workers may fall asleep, or be about to
    }
}

// More chunks than the pool has pieces for.
void many_chunks() {
    std::atomic<std::int64_t> sum{0};
    const std::ptrdiff_t count = (std::ptrdiff_t(1) << 24) + 12345;
    parallel(count, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t) {
        if (begin % 4099 == 0) sum.fetch_add(begin, std::memory_order_relaxed);
    });
    std::int64_t expected = 0;
    for (std::ptrdiff_t i = 0; i < count; i += 4099) expected += i;
    CHECK(sum == expected);
}

// A worker begins with its own part of a job, and the caller with the first: what a thread wrote lies in its cache.
void own_parts() {
    set_thread_count(2);
    const auto caller = std::this_thread::get_id();
    for (int i = 0; i < 200; ++i) {
        std::atomic<int> first{-1};  // of the chunks that the worker takes
        parallel(8, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t) {
            if (std::this_thread::get_id() != caller) {
                int none = -1;
                first.compare_exchange_strong(none, int(begin));
            } else if (begin == 0) {
                for (int wait = 0; wait < 100 && first < 0; ++wait) usleep(100);  // it may come late
            }
        });
        CHECK(first == -1 || first == 4);
    }
    set_thread_count(4);
}

void nested() {
    std::atomic<int> inner{0};
    for (int i = 0; i < 1000; ++i) {
        inner = 0;
        parallel(16, 1, [&](std::ptrdiff_t, std::ptrdiff_t) {
            parallel(8, 2, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
                inner.fetch_add(int(end - begin), std::memory_order_relaxed);
            });
        });
        CHECK(inner == 16 * 8);
    }
}

void changing_count() {
    std::atomic<bool> stop{false};
    std::thread changer([&] {
        Random random(77);
        while (!stop.load()) {
            const int n = int(1 + random.below(6));
            set_thread_count(n);
            usleep(50);
        }
    });
    many_calls(5, calls / 2);
    stop = true;
    changer.join();
    set_thread_count(4);
}

void concurrent_callers(long n) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([=] { many_calls(std::uint64_t(100 + t), n); });
    for (auto& thread : threads) thread.join();
}

// Forks while another thread is inside a call, or just after calls of its own; children compute and end in time.
void forks() {
    std::atomic<bool> stop{false};
    std::thread other([&] {
        for (std::uint64_t seed = 1000; !stop.load(); ++seed) many_calls(seed, 50);
    });
    for (int i = 0; i < 100; ++i) {
        many_calls(std::uint64_t(i), 20);
        std::fflush(nullptr);
        const pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(60);  // a child that hangs is killed, and found out
            many_calls(std::uint64_t(i), 300);
            if (i % 10 == 0) {  // a grandchild, of a parent that has workers again
                const pid_t grandchild = fork();
                if (grandchild == 0) {
                    alarm(60);
                    many_calls(3, 300);
                    _exit(0);
                }
                int status = -1;
                CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
            }
            _exit(0);
        }
        int status = -1;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    stop = true;
    other.join();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) calls = std::atol(argv[1]);
    CHECK(thread_count() >= 1);
    set_thread_count(0);
    CHECK(thread_count() == 1);
    set_thread_count(1'000'000);
    CHECK(thread_count() == MaxThreads);
    set_thread_count(4);  // more than there may be processors
    run_chunks(0, 1, nullptr, nullptr);
    run_chunks(-3, 1, nullptr, nullptr);
    many_calls(1, calls);
    many_chunks();
    own_parts();
    nested();
    concurrent_callers(calls / 4);
    changing_count();
    forks();
    many_calls(2, 1000);
    return 0;  // while workers spin
}
