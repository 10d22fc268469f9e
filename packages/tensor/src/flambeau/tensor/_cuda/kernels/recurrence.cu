// The steps of recurrent layers. A step multiplies the hidden states before it with the weights, and puts each unit's
// products through its gates: both in one kernel where they are small (NAME_step), else the products are made before
// (NAME_cells). The projected inputs of all steps are there already.
//
// A row of a step goes on from row `row` of the step before, whose rows begin at `previous`, if that has so many; else
// from its first state.
#include "types.cuh"

constexpr int warp_size = 32, tile_rows = 16, step_threads = 256, step_warps = step_threads / warp_size;

__device__ __forceinline__ float squash(float x) { return 1 / (1 + expf(-x)); }
__device__ __forceinline__ double squash(double x) { return 1 / (1 + exp(-x)); }
__device__ __forceinline__ float tangent(float x) { return tanhf(x); }
__device__ __forceinline__ double tangent(double x) { return tanh(x); }

__device__ __forceinline__ const T* before(const T* states, const T* first, long long row, long long previous,
                                           long long count, long long size) {
    return row < count ? states + (previous + row) * size : first + row * size;
}

__device__ __forceinline__ T element(const T* x, long long i) { return x == nullptr ? T(0) : x[i]; }

__device__ __forceinline__ bool is_vector(const T* x) {
    return reinterpret_cast<unsigned long long>(x) % 16 == 0;
}

// sums[row][r] = vector(row) times matrix(r), of `length` elements each, for `rows` rows and all r: the warps take turns
// along the vectors.
template <int R, class X, class W>
__device__ __forceinline__ void products(const X& vector, const W& matrix, int rows, long long length, bool whole,
                                         T (*sums)[R]) {
    constexpr int groups = warp_size / R, each = tile_rows / groups, width = vector_length<T>;
    using V = Vector<T, width>;
    __shared__ T partial[step_warps][tile_rows][R];
    const int lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size, r = lane % R, group = lane / R;
    T total[each];
    const T* vectors[each];
    const T* const weights = matrix(r);
#pragma unroll
    for (int j = 0; j < each; ++j) {
        total[j] = 0;
        const int row = group + groups * j;
        vectors[j] = vector(row < rows ? row : 0);  // what is not there costs less than asking whether it is
    }
    if (whole) {
#pragma unroll(each < 4 ? 8 : 4)
        for (long long k = warp * width; k < length; k += step_warps * width) {
            const V w = *reinterpret_cast<const V*>(weights + k);
#pragma unroll
            for (int j = 0; j < each; ++j) {
                const V x = *reinterpret_cast<const V*>(vectors[j] + k);
#pragma unroll
                for (int e = 0; e < width; ++e) total[j] += x.at[e] * w.at[e];
            }
        }
    } else {
        for (long long k = warp; k < length; k += step_warps) {
            const T w = weights[k];
#pragma unroll
            for (int j = 0; j < each; ++j) total[j] += vectors[j][k] * w;
        }
    }
#pragma unroll
    for (int j = 0; j < each; ++j) partial[warp][group + groups * j][r] = total[j];
    __syncthreads();
    for (int i = threadIdx.x; i < tile_rows * R; i += step_threads) {
        T sum = 0;
#pragma unroll
        for (int k = 0; k < step_warps; ++k) sum += (&partial[k][0][0])[i];
        (&sums[0][0])[i] = sum;
    }
    __syncthreads();
}

// Calls cell(row, unit, dots) for all rows and units, dots being the products of the state before the step with the
// weights of each gate. A block does `units` units of a tile of rows.
template <int gates, int units, class Cell>
__device__ __forceinline__ void step(const Cell& cell, const T* weight) {
    constexpr int R = 8;
    static_assert(gates * units <= R);
    __shared__ T sums[tile_rows][R];
    const long long size = cell.size, unit0 = static_cast<long long>(blockIdx.x) * units;
    const long long row0 = static_cast<long long>(blockIdx.y) * tile_rows;
    const int rows = static_cast<int>(cell.n - row0 < tile_rows ? cell.n - row0 : tile_rows);
    const bool whole = size % vector_length<T> == 0 && is_vector(weight) && is_vector(cell.output) && is_vector(cell.h0);
    products<R>([&](int row) { return before(cell.output, cell.h0, row0 + row, cell.previous, cell.count, size); },
                [&](int r) {
                    const long long gate = r / units, unit = unit0 + r % units;
                    return weight + (gate < gates && unit < size ? gate * size + unit : 0) * size;
                },
                rows, size, whole, sums);
    for (int i = threadIdx.x; i < rows * units; i += step_threads) {
        const int row = i / units, u = i % units;
        if (unit0 + u >= size) continue;
        T dots[gates];
#pragma unroll
        for (int g = 0; g < gates; ++g) dots[g] = sums[row][g * units + u];
        cell(row0 + row, unit0 + u, dots);
    }
}

// The same with products that are there already: of shape (n, gates * size).
template <int gates, class Cell>
__device__ __forceinline__ void step_from(const Cell& cell, const T* product) {
    for (long long i = global_thread(); i < cell.n * cell.size; i += global_threads()) {
        const long long row = i / cell.size, unit = i % cell.size;
        T dots[gates];
#pragma unroll
        for (int g = 0; g < gates; ++g) dots[g] = product[(row * gates + g) * cell.size + unit];
        cell(row, unit, dots);
    }
}

// Forward ----------------------------------------------------------------------------------------------------------

struct Lstm {
    const T *projected, *bias_ih, *bias_hh, *h0, *c0;
    T *gates, *cells, *output;
    long long at, n, previous, count, size;

    __device__ __forceinline__ void operator()(long long row, long long unit, const T* dots) const {
        const long long first = (at + row) * 4 * size + unit;
        T x[4];
#pragma unroll
        for (int g = 0; g < 4; ++g) {
            const long long bias = g * size + unit;
            x[g] = projected[first + g * size] + element(bias_ih, bias) + (dots[g] + element(bias_hh, bias));
        }
        const T i = squash(x[0]), f = squash(x[1]), g = tangent(x[2]), o = squash(x[3]);
        const T c = f * before(cells, c0, row, previous, count, size)[unit] + i * g;
        cells[(at + row) * size + unit] = c;
        gates[first] = i;
        gates[first + size] = f;
        gates[first + 2 * size] = g;
        gates[first + 3 * size] = o;
        output[(at + row) * size + unit] = o * tangent(c);
    }
};

struct Gru {
    const T *projected, *bias_ih, *bias_hh, *h0;
    T *gates, *output;
    long long at, n, previous, count, size;

    __device__ __forceinline__ void operator()(long long row, long long unit, const T* dots) const {
        T x[3], h[3];
#pragma unroll
        for (int g = 0; g < 3; ++g) {
            const long long bias = g * size + unit;
            x[g] = projected[(at + row) * 3 * size + bias] + element(bias_ih, bias);
            h[g] = dots[g] + element(bias_hh, bias);
        }
        const T r = squash(x[0] + h[0]), z = squash(x[1] + h[1]), candidate = tangent(x[2] + r * h[2]);
        T* const kept = gates + (at + row) * 4 * size + unit;
        kept[0] = r;
        kept[size] = z;
        kept[2 * size] = candidate;
        kept[3 * size] = h[2];
        const T old = before(output, h0, row, previous, count, size)[unit];
        output[(at + row) * size + unit] = candidate + z * (old - candidate);
    }
};

struct Rnn {
    const T *projected, *bias_ih, *bias_hh, *h0;
    T* output;
    int is_relu;
    long long at, n, previous, count, size;

    __device__ __forceinline__ void operator()(long long row, long long unit, const T* dots) const {
        const long long place = (at + row) * size + unit;
        const T x = projected[place] + element(bias_ih, unit) + (dots[0] + element(bias_hh, unit));
        output[place] = is_relu ? (x > 0 || x != x ? x : T(0)) : tangent(x);
    }
};

KERNEL(256) lstm_step(const T* weight, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0, const T* c0,
                      T* gates, T* cells, T* output, long long at, long long n, long long previous, long long count,
                      long long size) {
    step<4, 2>(Lstm{projected, bias_ih, bias_hh, h0, c0, gates, cells, output, at, n, previous, count, size}, weight);
}

KERNEL(256) lstm_cells(const T* product, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0,
                       const T* c0, T* gates, T* cells, T* output, long long at, long long n, long long previous,
                       long long count, long long size) {
    step_from<4>(Lstm{projected, bias_ih, bias_hh, h0, c0, gates, cells, output, at, n, previous, count, size}, product);
}

KERNEL(256) gru_step(const T* weight, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0, T* gates,
                     T* output, long long at, long long n, long long previous, long long count, long long size) {
    step<3, 2>(Gru{projected, bias_ih, bias_hh, h0, gates, output, at, n, previous, count, size}, weight);
}

KERNEL(256) gru_cells(const T* product, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0, T* gates,
                      T* output, long long at, long long n, long long previous, long long count, long long size) {
    step_from<3>(Gru{projected, bias_ih, bias_hh, h0, gates, output, at, n, previous, count, size}, product);
}

KERNEL(256) rnn_step(const T* weight, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0, T* output,
                     int is_relu, long long at, long long n, long long previous, long long count, long long size) {
    step<1, 2>(Rnn{projected, bias_ih, bias_hh, h0, output, is_relu, at, n, previous, count, size}, weight);
}

KERNEL(256) rnn_cells(const T* product, const T* projected, const T* bias_ih, const T* bias_hh, const T* h0, T* output,
                      int is_relu, long long at, long long n, long long previous, long long count, long long size) {
    step_from<1>(Rnn{projected, bias_ih, bias_hh, h0, output, is_relu, at, n, previous, count, size}, product);
}

// Backward ---------------------------------------------------------------------------------------------------------
//
// The gradient of the state after a step is what its `later` rows of the step after it hand down, slopes times weights,
// and what is in grad_h: the gradient of a last state, or what goes past the weights. Rows that the step itself does not
// have keep it there, as the gradient of their first state.

template <class Cell>
__device__ __forceinline__ void unit_back(const Cell& cell, long long row, long long unit, T dot) {
    T& carried = cell.grad_h[row * cell.size + unit];
    const T grad = carried + (row < cell.later ? dot : T(0));
    carried = row < cell.n ? cell(row, unit, grad + cell.grad_output[(cell.at + row) * cell.size + unit]) : grad;
}

template <class Cell>
__device__ __forceinline__ long long rows_of(const Cell& cell) { return cell.n > cell.later ? cell.n : cell.later; }

// `transposed`: the weights, a row for each hidden unit; `slopes`: of the step after this one.
template <class Cell>
__device__ __forceinline__ void step_back(const Cell& cell, const T* transposed, const T* slopes, long long later_at,
                                          long long length) {
    constexpr int units = 2;
    __shared__ T sums[tile_rows][units];
    const long long unit0 = static_cast<long long>(blockIdx.x) * units;
    const long long row0 = static_cast<long long>(blockIdx.y) * tile_rows;
    const long long left = rows_of(cell) - row0, linked = cell.later - row0;
    const int rows = static_cast<int>(left < tile_rows ? left : tile_rows);
    const bool whole = length % vector_length<T> == 0 && is_vector(transposed) && is_vector(slopes);
    if (linked > 0)
        products<units>([&](int row) { return slopes + (later_at + row0 + row) * length; },
                        [&](int r) { return transposed + (unit0 + r < cell.size ? unit0 + r : 0) * length; },
                        static_cast<int>(linked < tile_rows ? linked : tile_rows), length, whole, sums);
    for (int i = threadIdx.x; i < rows * units; i += step_threads) {
        const int row = i / units, u = i % units;
        if (unit0 + u < cell.size) unit_back(cell, row0 + row, unit0 + u, sums[row][u]);
    }
}

// The same with products that are there already: of shape (later, size).
template <class Cell>
__device__ __forceinline__ void step_back_from(const Cell& cell, const T* product) {
    for (long long i = global_thread(); i < rows_of(cell) * cell.size; i += global_threads()) {
        const long long row = i / cell.size;
        unit_back(cell, row, i % cell.size, row < cell.later ? product[i] : T(0));
    }
}

struct LstmBack {
    const T *grad_output, *gates, *cells, *c0;
    T *slopes, *grad_h, *grad_c;
    long long later, at, n, previous, count, size;

    __device__ __forceinline__ T operator()(long long row, long long unit, T grad) const {
        const long long first = (at + row) * 4 * size + unit;
        const T i = gates[first], f = gates[first + size], g = gates[first + 2 * size], o = gates[first + 3 * size];
        const T old = before(cells, c0, row, previous, count, size)[unit];
        const T squashed = tangent(cells[(at + row) * size + unit]);
        T& carried = grad_c[row * size + unit];
        const T grad_cell = carried + grad * o * (1 - squashed * squashed);
        carried = grad_cell * f;
        slopes[first] = grad_cell * g * i * (1 - i);
        slopes[first + size] = grad_cell * old * f * (1 - f);
        slopes[first + 2 * size] = grad_cell * i * (1 - g * g);
        slopes[first + 3 * size] = grad * squashed * o * (1 - o);
        return 0;
    }
};

struct GruBack {
    const T *grad_output, *gates, *output, *h0;
    T *slopes, *recurrent, *grad_h;
    long long later, at, n, previous, count, size;

    __device__ __forceinline__ T operator()(long long row, long long unit, T grad) const {
        const T* const kept = gates + (at + row) * 4 * size + unit;
        const T r = kept[0], z = kept[size], candidate = kept[2 * size], h = kept[3 * size];
        const T old = before(output, h0, row, previous, count, size)[unit];
        const T grad_n = grad * (1 - z) * (1 - candidate * candidate);
        const T grad_r = grad_n * h * r * (1 - r), grad_z = grad * (old - candidate) * z * (1 - z);
        const long long first = (at + row) * 3 * size + unit;
        slopes[first] = recurrent[first] = grad_r;
        slopes[first + size] = recurrent[first + size] = grad_z;
        slopes[first + 2 * size] = grad_n;
        recurrent[first + 2 * size] = grad_n * r;
        return grad * z;
    }
};

struct RnnBack {
    const T *grad_output, *output;
    T *slopes, *grad_h;
    int is_relu;
    long long later, at, n, size;

    __device__ __forceinline__ T operator()(long long row, long long unit, T grad) const {
        const long long place = (at + row) * size + unit;
        const T y = output[place];
        slopes[place] = is_relu ? (y > 0 ? grad : T(0)) : grad * (1 - y * y);
        return 0;
    }
};

KERNEL(256) lstm_step_back(const T* transposed, const T* grad_output, const T* gates, const T* cells, const T* c0,
                           T* slopes, T* grad_h, T* grad_c, long long later_at, long long later, long long at,
                           long long n, long long previous, long long count, long long size) {
    step_back(LstmBack{grad_output, gates, cells, c0, slopes, grad_h, grad_c, later, at, n, previous, count, size},
              transposed, slopes, later_at, 4 * size);
}

KERNEL(256) lstm_cells_back(const T* product, const T* grad_output, const T* gates, const T* cells, const T* c0,
                            T* slopes, T* grad_h, T* grad_c, long long later_at, long long later, long long at,
                            long long n, long long previous, long long count, long long size) {
    step_back_from(LstmBack{grad_output, gates, cells, c0, slopes, grad_h, grad_c, later, at, n, previous, count, size},
                   product);
}

KERNEL(256) gru_step_back(const T* transposed, const T* grad_output, const T* gates, const T* output, const T* h0,
                          T* slopes, T* recurrent, T* grad_h, long long later_at, long long later, long long at,
                          long long n, long long previous, long long count, long long size) {
    step_back(GruBack{grad_output, gates, output, h0, slopes, recurrent, grad_h, later, at, n, previous, count, size},
              transposed, recurrent, later_at, 3 * size);
}

KERNEL(256) gru_cells_back(const T* product, const T* grad_output, const T* gates, const T* output, const T* h0,
                           T* slopes, T* recurrent, T* grad_h, long long later_at, long long later, long long at,
                           long long n, long long previous, long long count, long long size) {
    step_back_from(GruBack{grad_output, gates, output, h0, slopes, recurrent, grad_h, later, at, n, previous, count, size},
                   product);
}

KERNEL(256) rnn_step_back(const T* transposed, const T* grad_output, const T* output, T* slopes, T* grad_h,
                          int is_relu, long long later_at, long long later, long long at, long long n, long long previous,
                          long long count, long long size) {
    step_back(RnnBack{grad_output, output, slopes, grad_h, is_relu, later, at, n, size}, transposed, slopes, later_at,
              size);
}

KERNEL(256) rnn_cells_back(const T* product, const T* grad_output, const T* output, T* slopes, T* grad_h, int is_relu,
                           long long later_at, long long later, long long at, long long n, long long previous,
                           long long count, long long size) {
    step_back_from(RnnBack{grad_output, output, slopes, grad_h, is_relu, later, at, n, size}, product);
}
