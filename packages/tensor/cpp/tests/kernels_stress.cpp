// Kernels of sorting, counting, indexing, scanning, joining and small matrices, called by several threads at once on what
// they share: each call gives what it gave alone. Meant for the thread sanitizer.
//
// kernels_stress [how often each thread makes every call]
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "check.hpp"
#include "flambeau/counting.hpp"
#include "flambeau/indexing.hpp"
#include "flambeau/isa.hpp"
#include "flambeau/scan.hpp"
#include "flambeau/small_matrices.hpp"
#include "flambeau/sorting.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
extern const CountingKernels counting;
extern const IndexingKernels indexing;
extern const ScanKernels scan;
extern const SmallMatrices small_matrix;
extern const SortingKernels sorting;
}  // namespace flambeau::FLAMBEAU_ISA

using namespace flambeau;
using namespace flambeau::FLAMBEAU_ISA;

namespace {

using Bytes = std::vector<char>;
using Call = std::function<Bytes()>;

constexpr std::ptrdiff_t Rows = 200, Columns = 500, Long = Rows * Columns, Matrices = 50, Side = 9;

std::vector<float> numbers(std::ptrdiff_t n, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& v : x) v = float(random.below(20001) - 10000) / 1000;
    return x;
}

std::vector<std::int64_t> places(std::ptrdiff_t n, std::ptrdiff_t below, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::int64_t> x(static_cast<std::size_t>(n));
    for (std::int64_t& v : x) v = random.below(below);
    return x;
}

const std::vector<float> x = numbers(Long, 1), y = numbers(Long, 2);
const std::vector<std::int64_t> index_of_rows = places(Rows, Rows, 3), index_along = places(Long, Columns, 4);
const std::vector<std::uint8_t> mask = [] {
    std::vector<std::uint8_t> bits;
    for (const std::int64_t place : places(Long, 2, 5)) bits.push_back(std::uint8_t(place));
    return bits;
}();
// Symmetric, and with large diagonals.
const std::vector<float> matrices = [] {
    std::vector<float> a = numbers(Matrices * Side * Side, 6);
    for (std::ptrdiff_t m = 0; m < Matrices; ++m)
        for (std::ptrdiff_t i = 0; i < Side; ++i)
            for (std::ptrdiff_t j = 0; j <= i; ++j) {
                float* const one = a.data() + m * Side * Side;
                one[i * Side + j] = one[j * Side + i] = i == j ? 200 + one[i * Side + j] : one[i * Side + j];
            }
    return a;
}();

template <class T>
struct Result {
    Bytes bytes;
    explicit Result(std::ptrdiff_t n) : bytes(std::size_t(n) * sizeof(T)) {}
    T* data() { return reinterpret_cast<T*>(bytes.data()); }
};

Bytes joined(const std::initializer_list<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes sorted(std::ptrdiff_t outer, std::ptrdiff_t n, std::ptrdiff_t k) {
    Result<float> values(outer * k);
    Result<std::int64_t> indices(outer * k);
    CHECK(sorting.sort[Float32]({reinterpret_cast<const char*>(x.data()), values.bytes.data(), indices.data(), outer, n, 1, k, false}));
    return joined({values.bytes, indices.bytes});
}

Bytes scanned(ScanKernel kernel, std::ptrdiff_t outer, std::ptrdiff_t n, int dim) {
    Result<float> out(Long);
    Result<std::int64_t> where(Long);
    ScanLayout layout = {reinterpret_cast<const char*>(x.data()), out.bytes.data(), where.data(), 2, dim, {outer, n}, {}, {}};
    layout.stride[0] = layout.out_stride[0] = n * std::ptrdiff_t(sizeof(float));
    layout.stride[1] = layout.out_stride[1] = sizeof(float);
    kernel(layout);
    return joined({out.bytes, where.bytes});
}

char* data_of(const std::vector<float>& v) { return reinterpret_cast<char*>(const_cast<float*>(v.data())); }

const std::vector<Call> calls = {
    [] { return sorted(1, Long, Long); },
    [] { return sorted(Rows, Columns, Columns); },
    [] { return sorted(1, Long, 100); },
    [] {
        Result<std::int64_t> found(Long);
        std::vector<float> sequence(1000);
        for (std::size_t i = 0; i < sequence.size(); ++i) sequence[i] = float(i) / 50 - 10;
        sorting.search[Float32]({sequence.data(), x.data(), found.data(), 1, 1000, Long, 0, true});
        return found.bytes;
    },
    [] { return scanned(scan.cumsum[Float32], 1, Long, 1); },
    [] { return scanned(scan.cumsum[Float32], Rows, Columns, 0); },
    [] { return scanned(scan.cummax[Float32], Rows, Columns, 1); },
    [] { return scanned(scan.logcumsumexp[Float32], Rows, Columns, 1); },
    [] {
        Result<float> out(64);
        std::vector<float> edges(65);
        for (std::size_t i = 0; i < edges.size(); ++i) edges[i] = float(i) / 4 - 8;
        CHECK(counting.histogram[Float32]({x.data(), edges.data(), nullptr, out.data(), Long, 64}));
        return out.bytes;
    },
    [] {
        Result<float> values(Rows);
        Result<std::int64_t> where(Rows);
        counting.mode[Float32]({y.data(), index_along.data(), values.data(), where.data(), Rows, Columns, 1});
        return joined({values.bytes, where.bytes});
    },
    [] {
        Result<float> out(Long);
        indexing.take({data_of(x), out.bytes.data(), index_of_rows.data(), 1, Rows, Rows, Columns * 4, Columns * 4});
        return out.bytes;
    },
    [] {
        Result<float> out(Long);
        indexing.gather[2]({data_of(x), out.bytes.data(), index_along.data(), Rows, Columns, Columns, 1, 4, nullptr});
        return out.bytes;
    },
    [] {
        Result<float> out(Long);
        std::memcpy(out.bytes.data(), x.data(), out.bytes.size());
        indexing.scatter_add[Float32](
            {out.bytes.data(), data_of(y), index_along.data(), Rows, Columns, Columns, 1, 4, nullptr});
        return out.bytes;
    },
    [] {
        Result<float> out(Long);
        std::vector<std::uint16_t> narrow(Long);
        std::memcpy(out.bytes.data(), x.data(), out.bytes.size());
        CHECK(indexing.narrow(index_along.data(), Long, Columns, narrow.data()));
        indexing.scatter[2](
            {out.bytes.data(), data_of(y), index_along.data(), Rows, Columns, Columns, 1, 4, narrow.data()});
        return out.bytes;
    },
    [] {
        Result<float> out(Long);
        std::memcpy(out.bytes.data(), x.data(), out.bytes.size());
        indexing.add[Float32]({out.bytes.data(), data_of(y), index_of_rows.data(), 1, Rows, Rows, Columns * 4, Columns * 4});
        return out.bytes;
    },
    [] {
        Result<float> out(indexing.count(mask.data(), Long));
        CHECK(indexing.select(mask.data(), Long, data_of(x), 4, out.bytes.data()));
        return out.bytes;
    },
    [] {
        Result<float> out(2 * Long);
        const char* const in[] = {data_of(x), data_of(y)};
        const std::ptrdiff_t chunk[] = {Columns * 4, Columns * 4};
        indexing.join({out.bytes.data(), in, chunk, 2, Rows});
        return out.bytes;
    },
    [] {
        Result<float> out(Matrices * Side * Side);
        Result<std::int32_t> info(Matrices);
        CHECK(small_matrix.float32.solve(Matrices, Side, Side, matrices.data(), nullptr, out.data(), info.data()));
        return joined({out.bytes, info.bytes});
    },
    [] {
        Result<float> out(Matrices * Side * Side);
        Result<std::int32_t> info(Matrices);
        CHECK(small_matrix.float32.cholesky(Matrices, Side, matrices.data(), out.data(), info.data()));
        return joined({out.bytes, info.bytes});
    },
    [] {
        Result<float> out(Matrices);
        CHECK(small_matrix.float32.determinant(Matrices, Side, matrices.data(), out.data()));
        return out.bytes;
    },
};

}  // namespace

int main(int count, char** arguments) {
    skip_unless_supported();
    const long rounds = count > 1 ? std::atol(arguments[1]) : 20;
    set_thread_count(1);
    std::vector<Bytes> alone;
    for (const Call& call : calls) alone.push_back(call());
    set_thread_count(3);
    std::vector<std::thread> threads;
    for (std::size_t first = 0; first < 3; ++first)
        threads.emplace_back([=, &alone] {
            for (long k = 0; k < rounds * long(calls.size()); ++k) {
                const std::size_t which = (first * calls.size() / 3 + std::size_t(k)) % calls.size();
                CHECK(calls[which]() == alone[which]);
            }
        });
    for (std::thread& thread : threads) thread.join();
}
