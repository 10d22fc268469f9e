// Which instruction set the kernels of this process use.
#include "flambeau/dispatch.hpp"

#include <cstring>

#include "flambeau/isas.hpp"

namespace flambeau {
namespace {

bool supported(const char* isa) noexcept {
    if (std::strcmp(isa, "portable") == 0) return true;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (std::strcmp(isa, "v2") == 0) return __builtin_cpu_supports("x86-64-v2");
    if (std::strcmp(isa, "v3") == 0) return __builtin_cpu_supports("x86-64-v3");
    if (std::strcmp(isa, "v4") == 0) return __builtin_cpu_supports("x86-64-v4");
#endif
    return false;
}

#define FLAMBEAU_NAME(isa) #isa,
// Best last.
const char* const names[] = {FLAMBEAU_FOR_EACH_ISA(FLAMBEAU_NAME)};
constexpr int count = sizeof names / sizeof *names;

int best() noexcept {
    for (int i = count - 1; i > 0; --i)
        if (supported(names[i])) return i;
    return 0;
}

int chosen = best();

}  // namespace

int isa_count() noexcept { return count; }
const char* isa_name(int index) noexcept { return names[index]; }
bool isa_supported(int index) noexcept { return supported(names[index]); }
int isa_chosen() noexcept { return chosen; }
void isa_choose(int index) noexcept { chosen = index; }

}  // namespace flambeau
