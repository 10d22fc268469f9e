// The gradients of attention, a tile at a time: weights are computed again from their rows' logsumexp.
#include "attention.cuh"
#include "blocks.cuh"

// Half the rows of the forward pass where it has four tiles of as many bytes at a time.
template <class T, int width> constexpr int backward_rows = 128 / (width / 16) / static_cast<int>(sizeof(Compute<T>) / 4);

// Of each query: its result's elements times their gradients, added up.
KERNEL(128) attention_along(const T* grad, const T* result, Compute<T>* along, unsigned matrices, Attention a) {
    const int lane = static_cast<int>(threadIdx.x) % warp_size;
    const int warps = static_cast<int>(gridDim.x * blockDim.x) / warp_size;
    for (unsigned matrix = blockIdx.y; matrix < matrices; matrix += gridDim.y)
        for (int row = static_cast<int>(global_thread()) / warp_size; row < a.queries; row += warps) {
            const T* g = grad + start_of(matrix, a.sizes, a.grad) + row * a.grad.row;
            const T* r = result + start_of(matrix, a.sizes, a.result) + row * a.result.row;
            Compute<T> sum = 0;
            for (int c = lane; c < a.value_width; c += warp_size)
                sum += load(g[c * a.grad.element]) * load(r[c * a.result.element]);
            sum = over_warp<Sum>(sum);
            if (lane == 0) along[static_cast<long long>(matrix) * a.queries + row] = sum;
        }
}

// Rows of a dense matrix of columns.
template <class T, int width>
__device__ __forceinline__ void store_row(T* to, int columns, int lane, const Four<Compute<T>> (&sum)[width / 16]) {
#pragma unroll
    for (int j = 0; j < width / 16; ++j)
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int column = 16 * j + 4 * lane + i;
            if (column < columns) to[column] = store<T>(sum[j].at[i]);
        }
}

// From the product of a query and a key, and of the result's gradient and a value: what the value was multiplied by, and
// the gradient of the scaled product.
template <class T>
__device__ __forceinline__ void find_slopes(Compute<T>& product, Compute<T>& by_weight, Compute<T> logsumexp,
                                            Compute<T> along, unsigned matrix, int query, int key, const Attention& a,
                                            double scale, const unsigned char* seen, const T* added,
                                            const Dropout& dropout) {
    using A = Compute<T>;
    A weight = 0, slope = 0;
    if (query < a.queries && key < a.keys) {
        weight = exp(masked<T>(product * static_cast<A>(scale), query, key, a, seen, added) - logsumexp);
        const A part = kept<A>(matrix, query, key, a, dropout);
        slope = weight * (by_weight * part - along) * static_cast<A>(scale);
        weight *= part;
    }
    product = weight;
    by_weight = slope;
}

// The gradient of queries: a block has a tile of them, and goes through the keys.
template <class T, int width, int rows>
__device__ __forceinline__ void query_gradient(const T* grad, const T* query, const T* key, const T* value,
                                               const unsigned char* seen, const T* added, const Compute<T>* logsumexp,
                                               const Compute<T>* along, T* out, unsigned matrices, const Attention& a,
                                               double scale, const Dropout& dropout) {
    using A = Compute<T>;
    __shared__ alignas(16) Tile<A, width, rows> queries;
    __shared__ alignas(16) Tile<A, width, rows> grads;
    __shared__ alignas(16) Tile<A, width, rows> keys;
    __shared__ alignas(16) Tile<A, width, rows> values;
    __shared__ alignas(16) Tile<A, rows, rows> weights;
    __shared__ alignas(16) Tile<A, rows, rows> slopes;
    const int row = static_cast<int>(threadIdx.x) / 4, lane = static_cast<int>(threadIdx.x) % 4;
    const int first = static_cast<int>(blockIdx.x) * rows, at = first + row;
    for (unsigned matrix = blockIdx.y; matrix < matrices; matrix += gridDim.y) {
        const long long key_start = start_of(matrix, a.sizes, a.key), value_start = start_of(matrix, a.sizes, a.value);
        const long long mask = start_of(matrix, a.sizes, a.mask), line = static_cast<long long>(matrix) * a.queries + at;
        load_tile<T, width, rows>(queries, query + start_of(matrix, a.sizes, a.query), a.query, first, a.queries, a.width);
        load_tile<T, width, rows>(grads, grad + start_of(matrix, a.sizes, a.grad), a.grad, first, a.queries,
                                  a.value_width);
        const A normal = at < a.queries ? logsumexp[line] : A(0), own = at < a.queries ? along[line] : A(0);
        Four<A> sum[width / 16];
#pragma unroll
        for (int j = 0; j < width / 16; ++j) clear(sum[j]);
        const int last = keys_seen(a, first + rows - 1);
        for (int start = 0; start < last; start += rows) {
            load_tile<T, width, rows>(keys, key + key_start, a.key, start, a.keys, a.width);
            load_tile<T, width, rows>(values, value + value_start, a.value, start, a.keys, a.value_width);
            __syncthreads();
            multiply<A, width, rows>(queries[row], keys, lane, a.width, weights[row]);
            multiply<A, width, rows>(grads[row], values, lane, a.value_width, slopes[row]);
#pragma unroll 1
            for (int j = lane; j < rows; j += 4)
                find_slopes<T>(weights[row][j], slopes[row][j], normal, own, matrix, at, start + j, a, scale,
                               seen == nullptr ? nullptr : seen + mask, added == nullptr ? nullptr : added + mask, dropout);
            __syncthreads();
            accumulate<A, width, rows>(slopes[row], keys, lane, sum);
            __syncthreads();
        }
        if (at < a.queries) store_row<T, width>(out + line * a.width, a.width, lane, sum);
        __syncthreads();
    }
}

// The gradients of keys and values: a block has a tile of them, and goes through the queries.
template <class T, int width, int rows>
__device__ __forceinline__ void key_gradients(const T* grad, const T* query, const T* key, const T* value,
                                              const unsigned char* seen, const T* added, const Compute<T>* logsumexp,
                                              const Compute<T>* along, T* key_out, T* value_out, unsigned matrices,
                                              const Attention& a, double scale, const Dropout& dropout) {
    using A = Compute<T>;
    __shared__ alignas(16) Tile<A, width, rows> queries;
    __shared__ alignas(16) Tile<A, width, rows> grads;
    __shared__ alignas(16) Tile<A, width, rows> keys;
    __shared__ alignas(16) Tile<A, width, rows> values;
    __shared__ alignas(16) Tile<A, rows, rows> weights;
    __shared__ alignas(16) Tile<A, rows, rows> slopes;
    __shared__ A normals[rows];
    __shared__ A alongs[rows];
    const int row = static_cast<int>(threadIdx.x) / 4, lane = static_cast<int>(threadIdx.x) % 4;
    const int first = static_cast<int>(blockIdx.x) * rows, at = first + row;
    for (unsigned matrix = blockIdx.y; matrix < matrices; matrix += gridDim.y) {
        const long long query_start = start_of(matrix, a.sizes, a.query), grad_start = start_of(matrix, a.sizes, a.grad);
        const long long mask = start_of(matrix, a.sizes, a.mask);
        load_tile<T, width, rows>(keys, key + start_of(matrix, a.sizes, a.key), a.key, first, a.keys, a.width);
        load_tile<T, width, rows>(values, value + start_of(matrix, a.sizes, a.value), a.value, first, a.keys,
                                  a.value_width);
        Four<A> key_sum[width / 16], value_sum[width / 16];
#pragma unroll
        for (int j = 0; j < width / 16; ++j) {
            clear(key_sum[j]);
            clear(value_sum[j]);
        }
        for (int start = a.causal ? first : 0; start < a.queries; start += rows) {
            load_tile<T, width, rows>(queries, query + query_start, a.query, start, a.queries, a.width);
            load_tile<T, width, rows>(grads, grad + grad_start, a.grad, start, a.queries, a.value_width);
            if (lane == 0 && start + row < a.queries) {
                normals[row] = logsumexp[static_cast<long long>(matrix) * a.queries + start + row];
                alongs[row] = along[static_cast<long long>(matrix) * a.queries + start + row];
            }
            __syncthreads();
            multiply<A, width, rows>(keys[row], queries, lane, a.width, weights[row]);
            multiply<A, width, rows>(values[row], grads, lane, a.value_width, slopes[row]);
#pragma unroll 1
            for (int j = lane; j < rows; j += 4)
                find_slopes<T>(weights[row][j], slopes[row][j], normals[j], alongs[j], matrix, start + j, at, a, scale,
                               seen == nullptr ? nullptr : seen + mask, added == nullptr ? nullptr : added + mask, dropout);
            __syncthreads();
            accumulate<A, width, rows>(weights[row], grads, lane, value_sum);
            accumulate<A, width, rows>(slopes[row], queries, lane, key_sum);
            __syncthreads();
        }
        if (at < a.keys) {
            const long long line = static_cast<long long>(matrix) * a.keys + at;
            store_row<T, width>(key_out + line * a.width, a.width, lane, key_sum);
            store_row<T, width>(value_out + line * a.value_width, a.value_width, lane, value_sum);
        }
        __syncthreads();
    }
}

KERNEL(BLOCK) attention_queries_64(const T* grad, const T* query, const T* key, const T* value, const unsigned char* seen,
                                 const T* added, const Compute<T>* logsumexp, const Compute<T>* along, T* out,
                                 unsigned matrices, Attention a, double scale, Dropout dropout) {
    query_gradient<T, 64, backward_rows<T, 64>>(grad, query, key, value, seen, added, logsumexp, along, out, matrices, a,
                                                scale, dropout);
}
KERNEL(BLOCK) attention_queries_128(const T* grad, const T* query, const T* key, const T* value, const unsigned char* seen,
                                  const T* added, const Compute<T>* logsumexp, const Compute<T>* along, T* out,
                                  unsigned matrices, Attention a, double scale, Dropout dropout) {
    query_gradient<T, 128, backward_rows<T, 128>>(grad, query, key, value, seen, added, logsumexp, along, out, matrices,
                                                  a, scale, dropout);
}
KERNEL(BLOCK) attention_keys_64(const T* grad, const T* query, const T* key, const T* value, const unsigned char* seen,
                              const T* added, const Compute<T>* logsumexp, const Compute<T>* along, T* key_out,
                              T* value_out, unsigned matrices, Attention a, double scale, Dropout dropout) {
    key_gradients<T, 64, backward_rows<T, 64>>(grad, query, key, value, seen, added, logsumexp, along, key_out, value_out,
                                               matrices, a, scale, dropout);
}
KERNEL(BLOCK) attention_keys_128(const T* grad, const T* query, const T* key, const T* value, const unsigned char* seen,
                               const T* added, const Compute<T>* logsumexp, const Compute<T>* along, T* key_out,
                               T* value_out, unsigned matrices, Attention a, double scale, Dropout dropout) {
    key_gradients<T, 128, backward_rows<T, 128>>(grad, query, key, value, seen, added, logsumexp, along, key_out,
                                                 value_out, matrices, a, scale, dropout);
}
