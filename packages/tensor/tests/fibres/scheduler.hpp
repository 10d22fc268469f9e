// What the device's functions ask of the scheduler, which runs one fibre per CUDA thread.
#pragma once

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
};

namespace fibres {

enum class Collective : int { shuffle, shuffle_up, shuffle_down, shuffle_xor, ballot, match, synchronise };
enum class Vote : int { none, count, any };

// Where the running fibre is.
struct Place {
    uint3 thread, block;
    dim3 block_extent, grid_extent;
    char* dynamic_shared;
};
extern Place place;

// Waits for all threads of the block, who must all be at this line; gives what the block votes.
int barrier(int line, Vote vote, bool predicate);

// Waits for all lanes in `mask`, who must all call the same function; gives this lane's result. `argument` is the other
// lane, or the distance to it.
unsigned long long together(Collective what, unsigned mask, unsigned long long value, int argument, int width, int line);

// A kernel as it is launched: its function behind arguments as cuLaunchKernel takes them, and the shared variables.
struct Kernel {
    void (*run)(void** parameters);
    char *shared_begin, *shared_end;
};

}  // namespace fibres
