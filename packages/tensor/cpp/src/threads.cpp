// One pool of threads for the process.
//
// The pieces of a job are cut into ranges, one for each of those who share it: the same part of every job, so that who
// wrote a part of an array is most likely the one to read it. Caches of two cores exchange what was written at a third
// of the speed of their own, or less. A range is one word with the job's generation, the next piece and the end. Its
// owner claims the next piece by compare-and-swap; whoever has none left claims the last piece of another's range. So
// the caller never waits for a worker that sleeps or has lost its processor; it waits at the end for pieces that were
// claimed, no longer. A worker reads the fields of a job before it claims; they are rewritten only when all of its
// pieces are claimed and done, so a claim that succeeds proves that what was read belongs together.
//
// There is no lock. `busy` gives the pool to one caller; others, and calls from inside a piece, run serially.
// All state is static and trivially destructible, and nothing is joined at exit: the process may end while workers spin.
#include "flambeau/threads.hpp"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <thread>

#if defined(__linux__)
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#endif

namespace flambeau {
namespace {

constexpr int Lines = 64;  // bytes of a cache line
constexpr std::int64_t SpinTime = 50'000;  // ns; more takes the processor from the BLAS that is called in between
constexpr std::int64_t WorthWaking = 20'000;  // ns of work left, for each of those who share it
constexpr std::int64_t WorthBurst = 5'000;  // the same when calls follow closely, so that a worker stays awake

// A range: 38 bits of the job's generation, 13 of the end, 13 of the next piece; empty where these are equal.
constexpr int PieceBits = 13;
constexpr std::uint64_t PieceMask = (std::uint64_t(1) << PieceBits) - 1;
constexpr std::ptrdiff_t MaxPieces = std::ptrdiff_t(1) << (PieceBits - 1);
constexpr int MaxRanges = 16;  // opening a job takes a store for each: many threads share them

struct alignas(Lines) Range {
    std::atomic<std::uint64_t> word{0};
};

// What a worker is doing. `Asleep` is what it waits on.
enum State : int { Awake, Asleep };

struct alignas(Lines) Worker {
    std::atomic<int> state{Awake};
    pthread_t thread{};
};

// How long an item took when this body last began without all workers awake.
struct Habit {
    ChunkBody body = nullptr;
    float time = 0;
};

struct Pool {
    Range range[MaxRanges];
    alignas(Lines) std::atomic<int> done{0};  // pieces that workers have finished
    std::atomic<int> waiting{0};  // whether the caller sleeps until `done` changes
    // The job. Released and acquired one by one: see above.
    alignas(Lines) std::atomic<ChunkBody> body{nullptr};
    std::atomic<void*> context{nullptr};
    std::atomic<std::ptrdiff_t> count{0}, grain{0};
    std::atomic<std::ptrdiff_t> chunks{0};  // in a piece
    std::atomic<int> ranges{1};
    std::atomic<int> workers{0};  // those with a smaller index may take part
    alignas(Lines) std::atomic<bool> busy{false};
    std::atomic<int> awake{0};
    std::atomic<int> wanted{0};  // threads, the caller included; 0 before anybody asked
    // For the one who is busy:
    std::uint64_t generation = 0;
    int started = 0;
    bool refused = false;  // the system gives no more threads
    std::int64_t last_end = 0, last_alone = 0;  // when the last job ended; how long it took, when workers slept
    Habit habits[64];
    int avoided = -1;  // the caller's processor that workers keep away from
    std::int64_t avoided_at = 0;
    Worker all[MaxThreads];
};

constinit Pool pool;

inline void relax() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

std::int64_t now() noexcept {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return std::int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

// Sleep while the word has this value; may return early.
void park(std::atomic<int>& word, int value) noexcept {
#if defined(__linux__)
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, nullptr, nullptr, 0);
#else
    word.wait(value);
#endif
}

void unpark(std::atomic<int>& word) noexcept {
#if defined(__linux__)
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#else
    word.notify_one();
#endif
}

int processors() noexcept {
    int n = 0;
#if defined(__linux__)
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) n = CPU_COUNT(&mask);
#endif
    if (n == 0) n = int(sysconf(_SC_NPROCESSORS_ONLN));
    return n < 1 ? 1 : n > MaxThreads ? MaxThreads : n;
}

struct Job {
    ChunkBody body;
    void* context;
    std::ptrdiff_t count, grain, chunks;

    void run(std::ptrdiff_t piece) const noexcept {
        const std::ptrdiff_t all = (count - 1) / grain + 1;
        const std::ptrdiff_t first = piece * chunks, end = all - first < chunks ? all : first + chunks;
        for (std::ptrdiff_t i = first; i < end; ++i)
            body(context, i * grain, count - i * grain < grain ? count : (i + 1) * grain);
    }
};

// Claims a piece for one of those who share the job: the next of the range that is its own, or the last of another's;
// -1 when there is none left. Before a claim `prepare` looks at what else there is to know of the job, and may decline.
template <class F>
std::ptrdiff_t claim(int who, const F& prepare) noexcept {
    const int ranges = pool.ranges.load(std::memory_order_acquire), home = who % ranges;
    std::uint64_t generation = 0;
    for (int i = 0; i < ranges; ++i) {
        std::atomic<std::uint64_t>& range = pool.range[(home + i) % ranges].word;
        std::uint64_t word = range.load(std::memory_order_acquire);
        if (i == 0) generation = word >> 2 * PieceBits;
        for (;;) {
            const std::uint64_t next = word & PieceMask, end = word >> PieceBits & PieceMask;
            if (next == end) break;
            if (word >> 2 * PieceBits != generation) return -1;  // opened just now: there is a range of its own again
            if (!prepare()) return -1;
            const std::uint64_t claimed = i == 0 ? word + 1 : word - (std::uint64_t(1) << PieceBits);
            if (range.compare_exchange_weak(word, claimed, std::memory_order_acq_rel, std::memory_order_acquire))
                return std::ptrdiff_t(i == 0 ? next : end - 1);
        }
    }
    return -1;
}

bool take_part(int worker) noexcept {
    Job job;
    bool any = false;
    const auto prepare = [&]() noexcept {
        if (worker >= pool.workers.load(std::memory_order_acquire)) return false;
        job.body = pool.body.load(std::memory_order_acquire);
        job.context = pool.context.load(std::memory_order_acquire);
        job.count = pool.count.load(std::memory_order_acquire);
        job.grain = pool.grain.load(std::memory_order_acquire);
        job.chunks = pool.chunks.load(std::memory_order_acquire);
        return true;
    };
    for (std::ptrdiff_t piece; (piece = claim(worker + 1, prepare)) >= 0; any = true) {
        job.run(piece);
        pool.done.fetch_add(1, std::memory_order_seq_cst);
        if (pool.waiting.load(std::memory_order_seq_cst)) unpark(pool.done);
    }
    return any;
}

void* work(void* self) noexcept {
    Worker& worker = *static_cast<Worker*>(self);
    const int index = int(&worker - pool.all);
    for (;;) {
        std::int64_t deadline = now() + SpinTime;
        do {
            for (int i = 0; i < 16; ++i) {
                if (take_part(index)) deadline = now() + SpinTime;
                relax();
            }
        } while (now() < deadline);
        worker.state.store(Asleep, std::memory_order_seq_cst);
        pool.awake.fetch_sub(1, std::memory_order_seq_cst);
        // A job opened before it could be seen that this worker sleeps needs no waking: it is looked for once more.
        take_part(index);
        while (worker.state.load(std::memory_order_acquire) == Asleep) park(worker.state, Asleep);
    }
    return nullptr;
}

#if defined(__linux__)
bool elsewhere(int processor, cpu_set_t& mask) noexcept {
    if (sched_getaffinity(0, sizeof mask, &mask) != 0) return false;
    CPU_CLR(processor, &mask);
    return CPU_COUNT(&mask) > 0;
}
#endif

// Linux leaves a worker that slept for long on the processor of whoever woke it, for as long as both have work, and the
// two take turns there. So workers keep away from the caller's processor. Callers on many threads would make them move
// all the time: that is bounded to a twentieth of it.
void keep_away() noexcept {
#if defined(__linux__)
    const int processor = sched_getcpu();
    if (processor < 0 || processor == pool.avoided || processor >= CPU_SETSIZE || pool.started == 0) return;
    const std::int64_t time = now();
    if (pool.avoided >= 0 && time - pool.avoided_at < std::int64_t(pool.started) * 20'000) return;
    cpu_set_t mask;
    if (elsewhere(processor, mask))
        for (int i = 0; i < pool.started; ++i) pthread_setaffinity_np(pool.all[i].thread, sizeof mask, &mask);
    pool.avoided = processor;
    pool.avoided_at = time;
#endif
}

bool start_worker() noexcept {
    Worker& worker = pool.all[pool.started];
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, std::size_t(2) << 20);
    // Signals are for the threads of the program.
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    worker.state.store(Awake, std::memory_order_relaxed);
    pool.awake.fetch_add(1, std::memory_order_seq_cst);
    const bool created = pthread_create(
        &worker.thread, &attributes, [](void* self) -> void* { return work(self); }, &worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    if (!created) {
        pool.awake.fetch_sub(1, std::memory_order_seq_cst);
        return false;
    }
    ++pool.started;
#if defined(__linux__)
    cpu_set_t mask;
    const int processor = sched_getcpu();
    if (processor >= 0 && processor < CPU_SETSIZE && elsewhere(processor, mask))
        pthread_setaffinity_np(worker.thread, sizeof mask, &mask);
    pool.avoided = processor;
#endif
    return true;
}

// Wakes or starts up to so many of the first `workers` ones that sleep or are not there yet.
void wake(int workers, int most) noexcept {
    for (int i = 0; i < pool.started && i < workers && most > 0; ++i) {
        int asleep = Asleep;
        if (pool.all[i].state.load(std::memory_order_seq_cst) == Asleep &&
            pool.all[i].state.compare_exchange_strong(asleep, Awake, std::memory_order_seq_cst)) {
            pool.awake.fetch_add(1, std::memory_order_seq_cst);
            unpark(pool.all[i].state);
            --most;
        }
    }
    while (most-- > 0 && pool.started < workers && !pool.refused) pool.refused = !start_worker();
}

void run_serially(std::ptrdiff_t count, std::ptrdiff_t grain, ChunkBody body, void* context) noexcept {
    for (std::ptrdiff_t begin = 0; begin < count; begin += grain)
        body(context, begin, count - begin < grain ? count : begin + grain);
}

// A forked child has the thread that forked and no other; whatever job was open belongs to a caller left behind.
void reset_after_fork() noexcept {
    for (Range& range : pool.range) range.word.store(0);
    pool.done.store(0);
    pool.waiting.store(0);
    pool.awake.store(0);
    pool.started = 0;
    pool.refused = false;
    pool.avoided = -1;
    for (Worker& worker : pool.all) worker.state.store(Awake);
    pool.busy.store(false);
}

// Reached by a static initialiser, before there can be any thread to leave behind.
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, [] { reset_after_fork(); });

void wait_for(int target) noexcept {
    if (pool.done.load(std::memory_order_acquire) == target) return;
    const std::int64_t deadline = now() + SpinTime;
    do {
        for (int i = 0; i < 64; ++i) {
            if (pool.done.load(std::memory_order_acquire) == target) return;
            relax();
        }
    } while (now() < deadline);
    // The worker has lost its processor. Spinning on would perhaps keep it from getting this one.
    pool.waiting.store(1, std::memory_order_seq_cst);
    for (int seen; (seen = pool.done.load(std::memory_order_seq_cst)) != target;) park(pool.done, seen);
    pool.waiting.store(0, std::memory_order_relaxed);
}

}  // namespace

int thread_count() noexcept {
    int n = pool.wanted.load(std::memory_order_relaxed);
    if (n == 0) {
        const int found = processors();
        if (pool.wanted.compare_exchange_strong(n, found, std::memory_order_relaxed)) return found;
    }
    return n;
}

void set_thread_count(int count) noexcept {
    pool.wanted.store(count < 1 ? 1 : count > MaxThreads ? MaxThreads : count, std::memory_order_relaxed);
}

void run_chunks(std::ptrdiff_t count, std::ptrdiff_t grain, ChunkBody body, void* context) noexcept {
    if (count <= 0) return;
    if (grain < 1) grain = 1;
    const int threads = count <= grain ? 1 : thread_count();
    if (threads == 1 || pool.busy.load(std::memory_order_relaxed) || pool.busy.exchange(true, std::memory_order_acquire))
        return run_serially(count, grain, body, context);

    const std::ptrdiff_t all = (count - 1) / grain + 1, chunks = (all - 1) / MaxPieces + 1;
    const std::ptrdiff_t pieces = (all - 1) / chunks + 1;
    const Job job{body, context, count, grain, chunks};
    const int helpers = pieces < threads ? int(pieces) - 1 : threads - 1;
    const int ranges = helpers < MaxRanges ? helpers + 1 : MaxRanges;
    keep_away();

    pool.body.store(body, std::memory_order_release);
    pool.context.store(context, std::memory_order_release);
    pool.count.store(count, std::memory_order_release);
    pool.grain.store(grain, std::memory_order_release);
    pool.chunks.store(chunks, std::memory_order_release);
    pool.ranges.store(ranges, std::memory_order_release);
    pool.workers.store(threads - 1, std::memory_order_release);
    pool.done.store(0, std::memory_order_relaxed);
    const std::uint64_t generation = ++pool.generation << 2 * PieceBits;
    for (int r = 0; r < ranges; ++r) {
        const std::uint64_t begin = pieces * r / ranges, end = pieces * (r + 1) / ranges;
        pool.range[r].word.store(generation | end << PieceBits | begin, std::memory_order_seq_cst);
    }

    // Waking costs the caller some microseconds and helps only later. So it is for jobs that are long, by what is known
    // of the body or by how long the first pieces take, and for those of some length that follow each other closely.
    int own = 0, awake = pool.awake.load(std::memory_order_seq_cst), most = 1;
    const bool asleep = awake < helpers;
    std::int64_t start = 0;
    Habit* habit = nullptr;
    if (asleep) {
        start = now();
        habit = &pool.habits[reinterpret_cast<std::uintptr_t>(body) / 16 % 64];
        if ((habit->body == body && habit->time * float(count) > 2 * WorthWaking) ||
            (pool.last_alone > 2 * WorthBurst && start - pool.last_end < SpinTime))
            wake(threads - 1, most++);
    }
    for (std::ptrdiff_t piece; (piece = claim(0, [] { return true; })) >= 0;) {
        job.run(piece);
        ++own;
        awake = pool.awake.load(std::memory_order_relaxed);
        if (asleep && (awake < helpers || own == 1)) {
            const std::int64_t each = (now() - start) / own;
            if (own == 1) *habit = {body, float(each) / float(grain * chunks)};
            const std::ptrdiff_t left = pieces - own - pool.done.load(std::memory_order_relaxed);
            if (awake < helpers && each * left > WorthWaking * (awake + 1)) {
                wake(threads - 1, most);
                most *= 2;  // so that waking many takes no more time than working meanwhile
            }
        }
    }
    wait_for(int(pieces) - own);
    if (asleep) {
        pool.last_end = now();
        pool.last_alone = pool.last_end - start;
    }
    pool.busy.store(false, std::memory_order_release);
}

}  // namespace flambeau
