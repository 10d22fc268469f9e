// Rows added up: row target[i] of the result gets row source[i] of the input, times scale[i], in the order of i. A block
// makes the sums of some columns of one row of the result, so nothing is added by several at once.
#include "types.cuh"

constexpr int threads = 256, columns_of_thread = 4, lanes = 32;

// The sums of a thread's columns.
struct Columns {
    Compute<T> sum[columns_of_thread];

    __device__ __forceinline__ void add(const T* row, long long column, long long width, bool whole, Compute<T> factor) {
        Vector<T, columns_of_thread> values;
        if (whole) {
            values = *reinterpret_cast<const Vector<T, columns_of_thread>*>(row + column);
        } else {
#pragma unroll
            for (int j = 0; j < columns_of_thread; ++j) values.at[j] = row[column + j < width ? column + j : width - 1];
        }
#pragma unroll
        for (int j = 0; j < columns_of_thread; ++j) sum[j] += load(values.at[j]) * factor;
    }

    __device__ __forceinline__ void write(T* row, long long column, long long width) const {
#pragma unroll
        for (int j = 0; j < columns_of_thread; ++j)
            if (column + j < width) row[column + j] = store<T>(sum[j]);
    }
};

struct Rows {
    const T* input;
    const long long* source;
    const T* scale;
    long long width;

    __device__ __forceinline__ void add(Columns& sums, long long i, long long column) const {
        if (column >= width) return;
        const T* const row = input + (source == nullptr ? i : source[i]) * width;
        const bool whole = width % columns_of_thread == 0 &&
                           reinterpret_cast<unsigned long long>(input) % sizeof(Vector<T, columns_of_thread>) == 0;
        sums.add(row, column, width, whole, scale == nullptr ? Compute<T>(1) : load(scale[i]));
    }
};

__device__ __forceinline__ bool is_row(const long long* source, long long i, long long rows) {
    return source == nullptr || (source[i] >= 0 && source[i] < rows);
}

// Few rows: block (i, c) looks for i's target among all others, and does nothing where an earlier row has it.
KERNEL(256) add_few_rows(const T* input, const long long* source, const long long* target, const T* scale, T* out,
                         long long n, long long rows, long long size, long long width) {
    __shared__ unsigned matches[threads / lanes];
    const long long i = blockIdx.x, to = target[i];
    if (to < 0 || to >= size) return;
    for (long long first = 0; first < i; first += threads) {
        const long long j = first + threadIdx.x;
        if (__syncthreads_or(j < i && target[j] == to)) return;
    }
    const long long column =
        (static_cast<long long>(blockIdx.y) * threads + threadIdx.x) * columns_of_thread;
    const Rows all{input, source, scale, width};
    Columns sums{};
    for (long long first = i / threads * threads; first < n; first += threads) {
        const long long j = first + threadIdx.x;
        const bool own = j >= i && j < n && target[j] == to && is_row(source, j, rows);
        const unsigned vote = __ballot_sync(0xffffffffu, own);
        if (threadIdx.x % lanes == 0) matches[threadIdx.x / lanes] = vote;
        __syncthreads();
        for (int warp = 0; warp < threads / lanes; ++warp)
            for (unsigned left = matches[warp]; left != 0; left &= left - 1)
                all.add(sums, first + warp * lanes + __ffs(static_cast<int>(left)) - 1, column);
        __syncthreads();
    }
    if (column < width) sums.write(out + to * width, column, width);
}

// Any number of rows, in the order of their targets: `order` has their numbers, `sorted` their targets. A block adds up
// those of a chunk. Sums of targets that other chunks have too are left for add_parts: what the chunk has of one that
// came before it in ends[chunk], of one that goes on after it in begins[chunk].
constexpr int chunk_rows = 64;

KERNEL(256) add_chunks(const T* input, const long long* source, const long long* order, const long long* sorted,
                       const T* scale, T* out, Compute<T>* begins, Compute<T>* ends, long long n, long long rows,
                       long long size, long long width) {
    __shared__ long long numbers[chunk_rows], targets[chunk_rows];
    const long long first = static_cast<long long>(blockIdx.x) * chunk_rows;
    const int count = static_cast<int>(n - first < chunk_rows ? n - first : chunk_rows);
    if (static_cast<int>(threadIdx.x) < count) {
        numbers[threadIdx.x] = order[first + threadIdx.x];
        targets[threadIdx.x] = sorted[first + threadIdx.x];
    }
    __syncthreads();
    const bool came_before = first > 0 && sorted[first - 1] == targets[0];
    const bool goes_on = first + count < n && sorted[first + count] == targets[count - 1];
    const long long column = (static_cast<long long>(blockIdx.y) * threads + threadIdx.x) * columns_of_thread;
    const Rows all{input, source, scale, width};
    Columns sums{};
    bool begun = !came_before;  // whether the target's first row is in this chunk
    for (int i = 0; i < count; ++i) {
        if (is_row(source, numbers[i], rows)) all.add(sums, numbers[i], column);
        const bool last = i + 1 == count;
        if (!last && targets[i + 1] == targets[i]) continue;
        if (column < width) {
            if (begun && !(last && goes_on)) {
                if (targets[i] >= 0 && targets[i] < size) sums.write(out + targets[i] * width, column, width);
            } else {
                Compute<T>* const part = (begun ? begins : ends) + blockIdx.x * width;
#pragma unroll
                for (int j = 0; j < columns_of_thread; ++j)
                    if (column + j < width) part[column + j] = sums.sum[j];
            }
        }
        sums = Columns{};
        begun = true;
    }
}

// The sums of targets that several chunks have, by the chunk where they begin.
KERNEL(256) add_parts(const long long* sorted, const Compute<T>* begins, const Compute<T>* ends, T* out, long long n,
                      long long size, long long width) {
    const long long after = (static_cast<long long>(blockIdx.x) + 1) * chunk_rows, to = sorted[after - 1];
    if (sorted[after] != to || to < 0 || to >= size) return;
    const long long before = after - chunk_rows - 1;
    if (before >= 0 && sorted[before] == to) return;
    for (long long column = static_cast<long long>(blockIdx.y) * threads + threadIdx.x; column < width;
         column += static_cast<long long>(gridDim.y) * threads) {
        Compute<T> sum = begins[blockIdx.x * width + column];
        for (long long at = after; at < n && sorted[at] == to; at += chunk_rows)
            sum += ends[at / chunk_rows * width + column];
        out[to * width + column] = store<T>(sum);
    }
}

// Each row to its own: out[i] = input[source[i]] * scale[i].
KERNEL(256) scaled_rows(const T* input, const long long* source, const T* scale, T* out, long long n, long long rows,
                        long long width) {
    const long long column =
        (static_cast<long long>(blockIdx.y) * threads + threadIdx.x) * columns_of_thread;
    const Rows all{input, source, scale, width};
    for (long long i = blockIdx.x; i < n; i += gridDim.x) {
        Columns sums{};
        if (is_row(source, i, rows)) all.add(sums, i, column);
        if (column < width) sums.write(out + i * width, column, width);
    }
}
