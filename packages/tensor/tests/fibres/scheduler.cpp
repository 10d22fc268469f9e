// Runs kernels on the CPU: one fibre per CUDA thread of a block, one block after the other, on one thread of the machine.
#include "scheduler.hpp"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "memory.hpp"

namespace fibres {

Place place;

namespace {

constexpr int max_threads = 1024, warp = 32;
constexpr size_t stack_bytes = 64 << 10, page = 4096, max_shared = 228 << 10;

enum class State { ready, at_barrier, in_warp, done };

struct Thread {
    void* stack_pointer;
    State state;
    uint3 index;
    int line;
    Vote vote;
    bool predicate;
    Collective what;
    unsigned mask;
    uint64_t value;
    int argument, width;
    uint64_t result;
};

Thread threads[max_threads];
int count, running;
void* scheduler_stack;
char* stacks = nullptr;
char* shared_end = nullptr;
const Kernel* kernel;
void** arguments;
bool backwards = false;
char message[512] = "";
bool broken = false;
sigjmp_buf escape;

void fail(const char* format, ...) {
    if (broken) return;
    broken = true;
    va_list values;
    va_start(values, format);
    int n = snprintf(message, sizeof message, "block (%u, %u, %u): ", place.block.x, place.block.y, place.block.z);
    vsnprintf(message + n, sizeof message - n, format, values);
    va_end(values);
}

// Saves what a called function has to keep, swaps stacks, and takes up what the other had saved.
extern "C" void fibres_switch(void** from, void* to);
asm(R"(
.text
.globl fibres_switch
.hidden fibres_switch
.type fibres_switch, @function
fibres_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size fibres_switch, .-fibres_switch
)");

void leave() { fibres_switch(&threads[running].stack_pointer, scheduler_stack); }

void entry() {
    kernel->run(arguments);
    threads[running].state = State::done;
    leave();
    __builtin_trap();  // a fibre that is done is not entered again
}

void start(int i) {
    char* top = stacks + (i + 1) * (stack_bytes + page);
    void** words = reinterpret_cast<void**>(top) - 8;
    words[6] = reinterpret_cast<void*>(entry);  // where fibres_switch returns to; the stack is aligned as after a call
    threads[i].stack_pointer = words;
    threads[i].state = State::ready;
    const unsigned x = place.block_extent.x, y = place.block_extent.y, n = static_cast<unsigned>(i);
    threads[i].index = {n % x, n / x % y, n / x / y};
}

void resume(int i) {
    running = i;
    place.thread = threads[i].index;
    fibres_switch(&scheduler_stack, threads[i].stack_pointer);
}

void release_block() {
    int votes = 0;
    for (int i = 0; i < count; ++i) {
        if (threads[i].line != threads[0].line) {
            fail("threads wait at different barriers: thread 0 at line %d, thread %d at line %d", threads[0].line, i,
                 threads[i].line);
            return;
        }
        votes += threads[i].predicate;
    }
    for (int i = 0; i < count; ++i) {
        const Vote vote = threads[i].vote;
        threads[i].result = vote == Vote::any ? votes > 0 : votes;
        threads[i].state = State::ready;
    }
}

void report_stuck() {
    int at_barrier = 0, in_warp = 0, done = 0, barrier_line = 0, warp_line = 0;
    for (int i = 0; i < count; ++i) {
        if (threads[i].state == State::at_barrier) ++at_barrier, barrier_line = threads[i].line;
        if (threads[i].state == State::in_warp) ++in_warp, warp_line = threads[i].line;
        if (threads[i].state == State::done) ++done;
    }
    fail("of %d threads %d wait at a barrier (line %d), %d in a warp function for lanes that do not come (line %d), "
         "%d are at their end", count, at_barrier, barrier_line, in_warp, warp_line, done);
}

void run_block() {
    for (int i = 0; i < count; ++i) start(i);
    while (!broken) {
        bool moved = false;
        int at_barrier = 0, done = 0;
        for (int k = 0; k < count && !broken; ++k) {
            const int i = backwards ? count - 1 - k : k;
            if (threads[i].state == State::ready) resume(i), moved = true;
        }
        for (int i = 0; i < count; ++i) {
            at_barrier += threads[i].state == State::at_barrier;
            done += threads[i].state == State::done;
        }
        if (done == count) return;
        if (at_barrier == count) release_block();
        else if (!moved) report_stuck();
    }
}

// What lane `lane` gets of the values of its warp.
uint64_t share(const Thread* lanes, int lane) {
    const Thread& self = lanes[lane];
    const int begin = lane & ~(self.width - 1), end = begin + self.width;
    int source = lane;
    uint64_t bits = 0;
    switch (self.what) {
        case Collective::shuffle: source = begin + (self.argument & (self.width - 1)); break;
        case Collective::shuffle_up: source = lane - self.argument < begin ? lane : lane - self.argument; break;
        case Collective::shuffle_down: source = lane + self.argument >= end ? lane : lane + self.argument; break;
        case Collective::shuffle_xor: source = (lane ^ self.argument) >= end ? lane : lane ^ self.argument; break;
        case Collective::ballot:
            for (int i = 0; i < warp; ++i)
                if (self.mask >> i & 1 && lanes[i].value) bits |= uint64_t(1) << i;
            return bits;
        case Collective::match:
            for (int i = 0; i < warp; ++i)
                if (self.mask >> i & 1 && lanes[i].value == self.value) bits |= uint64_t(1) << i;
            return bits;
        case Collective::synchronise: return 0;
    }
    return self.mask >> source & 1 ? lanes[source].value : 0xa5a5a5a5a5a5a5a5u;  // undefined: of no lane in the mask
}

void on_signal(int signal, siginfo_t* information, void*) {
    if (signal == SIGSEGV || signal == SIGBUS)
        fail("thread (%u, %u, %u) %s", place.thread.x, place.thread.y, place.thread.z,
             describe_address(information->si_addr));
    else if (signal == SIGFPE)
        fail("thread (%u, %u, %u) divides an integer by zero, or the least one by -1", place.thread.x, place.thread.y,
             place.thread.z);
    else
        fail("thread (%u, %u, %u) reads or writes at an address that is not a multiple of the type's alignment, or "
             "outside an array of known length", place.thread.x, place.thread.y, place.thread.z);
    siglongjmp(escape, 1);
}

// While a kernel runs, its crashes are errors.
class Signals {
public:
    Signals() {
        stack_t stack{};
        stack.ss_sp = alternative;
        stack.ss_size = sizeof alternative;
        sigaltstack(&stack, &old_stack);
        struct sigaction action{};
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        for (int i = 0; i < 4; ++i) sigaction(signals[i], &action, &old[i]);
    }
    ~Signals() {
        for (int i = 0; i < 4; ++i) sigaction(signals[i], &old[i], nullptr);
        sigaltstack(&old_stack, nullptr);
    }

private:
    static constexpr int signals[4] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    static char alternative[64 << 10];
    stack_t old_stack;
    struct sigaction old[4];
};
char Signals::alternative[64 << 10];

bool reserve() {
    if (stacks) return true;
    const size_t bytes = max_threads * (stack_bytes + page);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void* shared = mmap(nullptr, max_shared + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || shared == MAP_FAILED) return false;
    stacks = static_cast<char*>(memory);
    for (int i = 0; i < max_threads; ++i) mprotect(stacks + i * (stack_bytes + page), page, PROT_NONE);
    shared_end = static_cast<char*>(shared) + max_shared;
    mprotect(shared_end, page, PROT_NONE);
    return true;
}

}  // namespace

int barrier(int line, Vote vote, bool predicate) {
    Thread& self = threads[running];
    self.line = line;
    self.vote = vote;
    self.predicate = predicate;
    self.state = State::at_barrier;
    leave();
    return static_cast<int>(self.result);
}

unsigned long long together(Collective what, unsigned mask, unsigned long long value, int argument, int width, int line) {
    Thread& self = threads[running];
    const int lane = running % warp;
    Thread* lanes = threads + (running - lane);
    self.line = line;
    self.what = what;
    self.mask = mask;
    self.value = value;
    self.argument = argument;
    self.width = width;
    self.state = State::in_warp;
    if (!(mask >> lane & 1)) fail("line %d: a lane calls a warp function with a mask it is not in", line);
    bool all = !broken;
    for (int i = 0; i < warp && all; ++i)
        if (mask >> i & 1) {
            all = lanes + i < threads + count && lanes[i].state == State::in_warp && lanes[i].mask == mask;
            if (all && lanes[i].what != what)
                fail("lanes of a warp wait for each other in different functions: lines %d and %d", line, lanes[i].line);
        }
    if (!all || broken) {
        leave();
        return self.result;
    }
    for (int i = 0; i < warp; ++i)
        if (mask >> i & 1) lanes[i].result = share(lanes, i);
    for (int i = 0; i < warp; ++i)
        if (mask >> i & 1) lanes[i].state = State::ready;
    return self.result;
}

}  // namespace fibres

using namespace fibres;

extern "C" {

// cuLaunchKernel's signature. 0, or 1 after which fibres_message() says what went wrong.
int fibres_launch(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                  unsigned shared, void*, void** parameters, void**) {
    broken = false;
    place.block = {0, 0, 0};
    const uint64_t total = uint64_t(bx) * by * bz;
    if (total == 0 || total > max_threads || bz > 64) return fail("a block of %u x %u x %u threads", bx, by, bz), 1;
    if (gx == 0 || gx > 0x7fffffffu || gy - 1 > 65534u || gz - 1 > 65534u)
        return fail("a grid of %u x %u x %u blocks", gx, gy, gz), 1;
    if (shared > max_shared) return fail("%u bytes of shared memory", shared), 1;
    if (!reserve()) return fail("no memory for the stacks"), 1;
    kernel = static_cast<const Kernel*>(function);
    arguments = parameters;
    count = static_cast<int>(total);
    place.block_extent = {bx, by, bz};
    place.grid_extent = {gx, gy, gz};
    place.dynamic_shared = shared_end - (shared + 15) / 16 * 16;
    Signals guard;
    if (sigsetjmp(escape, 0) == 0) {
        for (unsigned z = 0; z < gz && !broken; ++z)
            for (unsigned y = 0; y < gy && !broken; ++y)
                for (unsigned x = 0; x < gx && !broken; ++x) {
                    place.block = {x, y, z};
                    const int garbage = (x + y + z) % 2 ? 0x5b : 0xff;  // the latter makes floats NaN
                    memset(kernel->shared_begin, garbage, kernel->shared_end - kernel->shared_begin);
                    memset(place.dynamic_shared, garbage, shared_end - place.dynamic_shared);
                    run_block();
                }
        if (!broken)
            if (const char* damage = find_damage()) fail("%s", damage);
    }
    return broken;
}

const char* fibres_message() { return message; }

// In which order the threads of a block run between barriers: what depends on it has a barrier too few.
void fibres_order(int last_first) { backwards = last_first; }

}
