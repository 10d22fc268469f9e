// Pooling and its gradients, plane by plane.
#include "flambeau/pooling.hpp"

#include "flambeau/memory.hpp"
#include "flambeau/pooling/greatest.hpp"
#include "flambeau/pooling/means.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using namespace micro;

constexpr ptrdiff_t Grain = 1 << 15;  // elements of a task, about

FLAMBEAU_INLINE ptrdiff_t image_of(const Pooling& p) { return rows_of(p) * p.x.size; }
FLAMBEAU_INLINE ptrdiff_t result_of(const Pooling& p) { return window_rows_of(p) * p.x.windows; }

// work(plane, scratch of `size` numbers) for every plane.
template <class T, class Work>
FLAMBEAU_INLINE bool each_plane(const Pooling& p, ptrdiff_t size, const Work& work) noexcept {
    if (p.planes * result_of(p) == 0) return true;
    bool done = true;
    parallel(p.planes, quotient_up(Grain, image_of(p) + result_of(p)), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        const Scratch scratch(size * sizeof(T) + 1);
        if (!scratch.data) {
            __atomic_store_n(&done, false, __ATOMIC_RELAXED);
            return;
        }
        for (ptrdiff_t i = begin; i < end; ++i) work(i, static_cast<T*>(scratch.data));
    });
    return done;
}

template <class T>
FLAMBEAU_INLINE ptrdiff_t sorted_size(const Pooling& p) noexcept {
    return p.x.kernel > 0 ? rows_of(p) * SortedRows<T>(p.x).line() : 0;
}

template <class T>
bool greatest(const Pooling& p, const T* images, T* result, std::int64_t* places) noexcept {
    if (image_of(p) > 0x7fffffff) return false;
    return each_plane<T>(p, sorted_size<T>(p), [&](ptrdiff_t i, T* rows) {
        const T* const image = images + i * image_of(p);
        T* const to = result + i * result_of(p);
        if (p.x.kernel > 0) Greatest<T>{p}.even(image, rows, to, places + i * result_of(p));
        else Greatest<T>{p}.uneven(image, to, places + i * result_of(p));
    });
}

template <class T>
bool means(const Pooling& p, const T* images, T* result) noexcept {
    if (Means<T>{p}.whole())
        return each_plane<T>(p, 0, [&](ptrdiff_t i, T*) {
            result[i] = Means<T>{p}.mean(images + i * image_of(p), image_of(p));
        });
    return each_plane<T>(p, sorted_size<T>(p), [&](ptrdiff_t i, T* rows) {
        if (p.x.kernel > 0) Means<T>{p}.even(images + i * image_of(p), rows, result + i * result_of(p));
        else Means<T>{p}.uneven(images + i * image_of(p), result + i * result_of(p));
    });
}

template <class T>
bool spread(const Pooling& p, const T* grad, T* images) noexcept {
    if (result_of(p) == 0) __builtin_memset(images, 0, p.planes * image_of(p) * sizeof(T));
    if (Means<T>{p}.whole())
        return each_plane<T>(p, 0, [&](ptrdiff_t i, T*) {
            Means<T>{p}.spread_whole(grad[i], image_of(p), images + i * image_of(p));
        });
    return each_plane<T>(p, sorted_size<T>(p), [&](ptrdiff_t i, T* rows) {
        if (p.x.kernel > 0) Means<T>{p}.spread_even(grad + i * result_of(p), rows, images + i * image_of(p));
        else Means<T>{p}.spread_uneven(grad + i * result_of(p), images + i * image_of(p));
    });
}

template <class T, bool Add>
bool at_places(ptrdiff_t planes, ptrdiff_t count, ptrdiff_t size, const T* elements, const std::int64_t* places,
               T* images) noexcept {
    bool good = true;
    parallel(planes, quotient_up(Grain, size + count + 1), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        bool all = true;
        for (ptrdiff_t i = begin; i < end; ++i) {
            T* const image = images + i * size;
            __builtin_memset(image, 0, size * sizeof(T));
            for (ptrdiff_t k = i * count; k < (i + 1) * count; ++k) {
                const bool inside = static_cast<std::uint64_t>(places[k]) < static_cast<std::uint64_t>(size);
                all &= inside;
                if (!inside) continue;
                if constexpr (Add) image[places[k]] += elements[k];
                else image[places[k]] = elements[k];
            }
        }
        if (!all) __atomic_store_n(&good, false, __ATOMIC_RELAXED);
    });
    return good;
}

template <class T>
constexpr PoolingPasses<T> passes{greatest<T>, means<T>, spread<T>, at_places<T, true>, at_places<T, false>};

}  // namespace

extern const PoolingKernels pooling;
const PoolingKernels pooling = {passes<float>, passes<double>};

}  // namespace flambeau::FLAMBEAU_ISA
