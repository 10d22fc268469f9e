// What the loops of whole programs are made of. Where every step is a loop over a tile, the processor waits for memory in
// one and computes in another; where one loop does all steps, both go on at the same time.
#pragma once

#include <cstring>

#include "flambeau/pointwise_loops.hpp"
#include "flambeau/scalar.hpp"

namespace flambeau::FLAMBEAU_ISA {

// Keeps what a row gives as it is. The compiler would contract a product and the sum in the next row to one operation,
// and round once where the rows alone round twice; it cannot know that these bits change nothing.
template <class T>
class Keep {
public:
    Keep() { asm("" : "+r"(zero)); }
    FLAMBEAU_INLINE T operator()(T value) const {
        return __builtin_bit_cast(T, static_cast<Bits>(__builtin_bit_cast(Bits, value) ^ zero));
    }

private:
    using Bits = typename scalar::BitsOf<sizeof(T)>::T;
    Bits zero = 0;
};

template <class T>
FLAMBEAU_INLINE T number(const char (&bytes)[8]) {
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

}  // namespace flambeau::FLAMBEAU_ISA
