// The forward pass of attention.
#include "attention.cuh"

template <class T, int width, int rows>
__device__ __forceinline__ void forward(const T* query, const T* key, const T* value, const unsigned char* seen,
                                        const T* added, T* result, Compute<T>* logsumexp, unsigned matrices,
                                        const Attention& a, double scale, const Dropout& dropout) {
    using A = Compute<T>;
    __shared__ alignas(16) Tile<A, width, rows> queries;
    __shared__ alignas(16) Tile<A, width, rows> others;  // keys, and then values
    __shared__ alignas(16) Tile<A, rows, rows> weights;
    const int row = static_cast<int>(threadIdx.x) / 4, lane = static_cast<int>(threadIdx.x) % 4;
    const int first = static_cast<int>(blockIdx.x) * rows, at = first + row;
    for (unsigned matrix = blockIdx.y; matrix < matrices; matrix += gridDim.y) {
        const T* keys = key + start_of(matrix, a.sizes, a.key);
        const T* values = value + start_of(matrix, a.sizes, a.value);
        const long long mask = start_of(matrix, a.sizes, a.mask);
        load_tile<T, width, rows>(queries, query + start_of(matrix, a.sizes, a.query), a.query, first, a.queries, a.width);
        Four<A> sum[width / 16];
#pragma unroll
        for (int j = 0; j < width / 16; ++j) clear(sum[j]);
        A greatest = -infinity<A>(), total = 0;
        const int last = keys_seen(a, first + rows - 1);
        for (int start = 0; start < last; start += rows) {
            load_tile<T, width, rows>(others, keys, a.key, start, a.keys, a.width);
            __syncthreads();
            A* const scores = weights[row];  // of which only this thread touches every fourth for now
            multiply<A, width, rows>(queries[row], others, lane, a.width, scores);
            A next = greatest;
#pragma unroll 1
            for (int j = lane; j < rows; j += 4) {
                const A score = masked<T>(scores[j] * static_cast<A>(scale), at, start + j, a,
                                          seen == nullptr ? nullptr : seen + mask,
                                          added == nullptr ? nullptr : added + mask);
                scores[j] = score;
                next = score > next ? score : next;
            }
            next = greatest_of_four(next);
            // Differences to an infinite maximum would be nan: exp() of the scores themselves says what is to be said.
            const A base = next - next == 0 ? next : A(0), before = greatest - greatest == 0 ? greatest : A(0);
            const A shrink = greatest == -infinity<A>() ? A(0) : exp(before - base);
            greatest = next;
            A part = 0;
#pragma unroll 1
            for (int j = lane; j < rows; j += 4) {
                const A weight = exp(scores[j] - base);
                part += weight;
                scores[j] = at < a.queries && start + j < a.keys ? weight * kept<A>(matrix, at, start + j, a, dropout)
                                                                 : A(0);
            }
            total = total * shrink + sum_of_four(part);
            __syncthreads();
            load_tile<T, width, rows>(others, values, a.value, start, a.keys, a.value_width);
            __syncthreads();
#pragma unroll
            for (int j = 0; j < width / 16; ++j)
#pragma unroll
                for (int i = 0; i < 4; ++i) sum[j].at[i] *= shrink;
            accumulate<A, width, rows>(weights[row], others, lane, sum);
            __syncthreads();
        }
        if (at < a.queries) {
            const A base = greatest - greatest == 0 ? greatest : A(0);
            if (lane == 0) logsumexp[static_cast<long long>(matrix) * a.queries + at] = total != 0 ? log(total) + base : infinity<A>();
            T* to = result + start_of(matrix, a.sizes, a.result) + at * a.result.row;
#pragma unroll
            for (int j = 0; j < width / 16; ++j)
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const int column = 16 * j + 4 * lane + i;
                    if (column < a.value_width)
                        to[column * a.result.element] = store<T>(total != 0 ? sum[j].at[i] / total : sum[j].at[i]);
                }
        }
        __syncthreads();
    }
}

KERNEL(BLOCK) attention_64(const T* query, const T* key, const T* value, const unsigned char* seen, const T* added, T* result,
                         Compute<T>* logsumexp, unsigned matrices, Attention a, double scale, Dropout dropout) {
    forward<T, 64, 32>(query, key, value, seen, added, result, logsumexp, matrices, a, scale, dropout);
}
KERNEL(BLOCK) attention_128(const T* query, const T* key, const T* value, const unsigned char* seen, const T* added, T* result,
                          Compute<T>* logsumexp, unsigned matrices, Attention a, double scale, Dropout dropout) {
    forward<T, 128, sizeof(Compute<T>) == 8 ? 16 : 32>(query, key, value, seen, added, result, logsumexp, matrices, a,
                                                       scale, dropout);
}
