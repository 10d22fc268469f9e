// Recurrent layers, step by step. A weight is packed once for all steps. A task has some hidden units and some rows of a
// step: it multiplies the hidden state by what leads to all gates of its units, and then finishes these at once.
#include "flambeau/recurrence.hpp"

#include "flambeau/gemm/panels.hpp"
#include "flambeau/math/hyperbolic.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using micro::least;
using micro::MR;
using micro::NR;
using micro::quotient_up;
using micro::Source;
using std::ptrdiff_t;

constexpr ptrdiff_t TaskRows = 4 * MR;
constexpr ptrdiff_t TaskProducts = 1 << 17;  // from which a task is worth a thread

// One row of some units: how the gates of a cell combine. (None of what a row has overlaps; the compiler would give up
// before it had compared them all, so it is told.) `x` has the row's blocks, `size` numbers apart; `sums` what the
// hidden state contributes to each gate, `width` numbers apart. Backward, `g` is the gradient of the new hidden state;
// what it has of the old one beside the gates' is written to it.
template <class T>
struct Row {
    T* x;
    ptrdiff_t size;
    T* output;
    const T *h, *c;  // before the step
    T* cells;
    const T* bias;
    T *slopes, *grad_c;
};

template <class T, bool Relu>
struct Simple {
    static constexpr int gates = 1, kept = 1;

    static void forward(const Row<T>& row, const T (*sums)[MR * NR<T>], ptrdiff_t at, ptrdiff_t n) {
        const T* x = row.x;
        T* out = row.output;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            const T pre = x[k] + sums[0][at + k];
            out[k] = Relu ? (pre < 0 ? T(0) : pre) : math::tanh(pre);
        }
    }
    static void backward(const Row<T>& row, T* __restrict g, ptrdiff_t n) {
        const T* out = row.output;
        T* __restrict slopes = row.slopes;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            slopes[k] = Relu ? (out[k] > 0 ? g[k] : T(0)) : g[k] * (1 - out[k] * out[k]);
            g[k] = 0;
        }
    }
};

template <class T>
struct Lstm {
    static constexpr int gates = 4, kept = 4;

    static void forward(const Row<T>& row, const T (*sums)[MR * NR<T>], ptrdiff_t at, ptrdiff_t n) {
        T *__restrict i = row.x, *__restrict f = i + row.size, *__restrict g = f + row.size, *__restrict o = g + row.size;
        T *__restrict out = row.output, *__restrict cells = row.cells;
        const T* c = row.c;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            i[k] = math::sigmoid(i[k] + sums[0][at + k]);
            f[k] = math::sigmoid(f[k] + sums[1][at + k]);
            g[k] = math::tanh(g[k] + sums[2][at + k]);
            o[k] = math::sigmoid(o[k] + sums[3][at + k]);
        }
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            const T cell = f[k] * c[k] + i[k] * g[k];
            cells[k] = cell;
            out[k] = o[k] * math::tanh(cell);
        }
    }
    static void backward(const Row<T>& row, T* __restrict g, ptrdiff_t n) {
        const T *i = row.x, *f = i + row.size, *candidate = f + row.size, *o = candidate + row.size;
        T *__restrict s_i = row.slopes, *__restrict s_f = s_i + row.size, *__restrict s_g = s_f + row.size;
        T *__restrict s_o = s_g + row.size, *__restrict grad_c = row.grad_c;
        const T *c = row.c, *cells = row.cells;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            const T squashed = math::tanh(cells[k]), g_c = grad_c[k] + g[k] * o[k] * (1 - squashed * squashed);
            s_i[k] = g_c * candidate[k] * (i[k] * (1 - i[k]));
            s_f[k] = g_c * c[k] * (f[k] * (1 - f[k]));
            s_g[k] = g_c * i[k] * (1 - candidate[k] * candidate[k]);
            s_o[k] = g[k] * squashed * (o[k] * (1 - o[k]));
            grad_c[k] = g_c * f[k];
            g[k] = 0;
        }
    }
};

template <class T>
struct Gru {
    static constexpr int gates = 3, kept = 4;

    static void forward(const Row<T>& row, const T (*sums)[MR * NR<T>], ptrdiff_t at, ptrdiff_t n) {
        T *__restrict r = row.x, *__restrict z = r + row.size, *__restrict candidate = z + row.size;
        T *__restrict part = candidate + row.size, *__restrict out = row.output;
        const T *h = row.h, *bias = row.bias;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) part[k] = sums[2][at + k] + (bias == nullptr ? T(0) : bias[k]);
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            r[k] = math::sigmoid(r[k] + sums[0][at + k]);
            z[k] = math::sigmoid(z[k] + sums[1][at + k]);
            candidate[k] = math::tanh(candidate[k] + r[k] * part[k]);
            out[k] = candidate[k] + z[k] * (h[k] - candidate[k]);
        }
    }
    static void backward(const Row<T>& row, T* __restrict g, ptrdiff_t n) {
        const T *r = row.x, *z = r + row.size, *candidate = z + row.size, *part = candidate + row.size, *h = row.h;
        T *__restrict s_r = row.slopes, *__restrict s_z = s_r + row.size, *__restrict s_n = s_z + row.size;
        T* __restrict s_part = s_n + row.size;
#pragma GCC ivdep
        for (ptrdiff_t k = 0; k < n; ++k) {
            const T slope = g[k] * (1 - z[k]) * (1 - candidate[k] * candidate[k]);
            s_r[k] = slope * part[k] * (r[k] * (1 - r[k]));
            s_z[k] = g[k] * (h[k] - candidate[k]) * (z[k] * (1 - z[k]));
            s_n[k] = slope;
            s_part[k] = slope * r[k];
            g[k] = g[k] * z[k];
        }
    }
};

template <class T, class Cell>
struct Layer {
    const Recurrence& p;
    T* weight;  // packed

    static constexpr ptrdiff_t Units = NR<T>;  // of a task

    // Calls task(unit, row, rows) for units and some of the `rows` rows of a step.
    template <class F>
    FLAMBEAU_INLINE void tasks(ptrdiff_t rows, const F& task) const {
        const ptrdiff_t blocks = quotient_up(p.size, Units), parts = quotient_up(rows, TaskRows);
        const ptrdiff_t products = least(rows, TaskRows) * Units * Cell::gates * p.size;
        parallel(blocks * parts, quotient_up(TaskProducts, products + 1), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t t = begin; t < end; ++t) {
                const ptrdiff_t row = t / blocks * TaskRows;
                task(t % blocks * Units, row, least(TaskRows, rows - row));
            }
        });
    }

    FLAMBEAU_INLINE const T* of(const void* data) const { return static_cast<const T*>(data); }

    // The state before a step: that after the step before, as far as it has rows, else the first one.
    struct Before {
        const T *state, *first;
        ptrdiff_t count, size;
        FLAMBEAU_INLINE const T* operator()(ptrdiff_t row) const { return (row < count ? state : first) + row * size; }
    };
    FLAMBEAU_INLINE Before before(ptrdiff_t step, const void* states, const void* first) const {
        if (step == 0) return {nullptr, of(first), 0, p.size};
        return {of(states) + p.at[step - 1] * p.size, of(first), p.rows[step - 1], p.size};
    }

    FLAMBEAU_INLINE Row<T> row_of(ptrdiff_t step, ptrdiff_t row, ptrdiff_t unit, const Before& h, const Before& c) const {
        const ptrdiff_t at = p.at[step] + row, blocks = at * Cell::kept * p.size + unit;
        Row<T> r = {};
        r.x = static_cast<T*>(p.gates) + blocks;
        r.size = p.size;
        r.output = static_cast<T*>(p.output) + at * p.size + unit;
        r.h = h(row) + unit;
        if (p.cells != nullptr) {
            r.c = c(row) + unit;
            r.cells = static_cast<T*>(p.cells) + at * p.size + unit;
        }
        if (p.bias != nullptr) r.bias = of(p.bias) + unit;
        if (p.slopes != nullptr) r.slopes = static_cast<T*>(p.slopes) + blocks;
        if (p.grad_c != nullptr) r.grad_c = static_cast<T*>(p.grad_c) + row * p.size + unit;
        return r;
    }

    // Forward: of each block of units, the rows of the weight that lead to their gates, gate by gate.
    static ptrdiff_t forward_size(const Recurrence& p) { return quotient_up(p.size, Units) * Cell::gates * Units * p.size; }

    void forward() const {
        tasks_of_packing([&](ptrdiff_t unit) {
            for (int g = 0; g < Cell::gates; ++g)
                micro::pack_panel(of(p.weight) + (g * p.size + unit) * p.size, ptrdiff_t(1), p.size, p.size,
                                  least(Units, p.size - unit), weight + (unit * Cell::gates + g * Units) * p.size);
        });
        for (ptrdiff_t step = 0; step < p.count; ++step) {
            const Before h = before(step, p.output, p.h0), c = before(step, p.cells, p.c0);
            tasks(p.rows[step], [&](ptrdiff_t unit, ptrdiff_t row, ptrdiff_t rows) {
                // Rows whose state lies together.
                const ptrdiff_t cut = row < h.count ? least(h.count - row, rows) : 0;
                forward_rows(step, unit, row, cut, h, c);
                forward_rows(step, unit, row + cut, rows - cut, h, c);
            });
        }
    }

    template <class F>
    FLAMBEAU_INLINE void tasks_of_packing(const F& pack) const {
        parallel(quotient_up(p.size, Units), quotient_up(TaskProducts / 8, Units * Cell::gates * p.size + 1),
                 [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
                     for (ptrdiff_t block = begin; block < end; ++block) pack(block * Units);
                 });
    }

    void forward_rows(ptrdiff_t step, ptrdiff_t unit, ptrdiff_t first, ptrdiff_t rows, const Before& h, const Before& c) const {
        alignas(64) T sums[Cell::gates][MR * NR<T>];
        const micro::RowTiles tiles(rows);
        const ptrdiff_t width = least(Units, p.size - unit), vectors = quotient_up(width, micro::lanes<T>);
        for (ptrdiff_t t = 0; t < tiles.count; ++t) {
            const ptrdiff_t row = first + tiles.begin(t), count = tiles.rows(t);
            const Source<T> state = {h(row), p.size, 1, nullptr};
            const micro::Tile<T> tile = micro::tiles<T, false>.find(count, vectors, p.size);
            for (int g = 0; g < Cell::gates; ++g)
                tile(p.size, state, weight + (unit * Cell::gates + g * Units) * p.size, Units, sums[g], Units, false);
            for (ptrdiff_t r = 0; r < count; ++r) Cell::forward(row_of(step, row + r, unit, h, c), sums, r * Units, width);
        }
    }

    // Backward: of each block of units, the columns of the weight that lead from them.
    static ptrdiff_t carry_row(const Recurrence& p) { return micro::round_up(p.size, Units); }
    static ptrdiff_t backward_size(const Recurrence& p) {
        return carry_row(p) * Cell::gates * p.size + p.batch * carry_row(p);
    }

    void backward() const {
        T *const carry = weight + carry_row(p) * Cell::gates * p.size, *const grad_h = static_cast<T*>(p.grad_h);
        const ptrdiff_t width = carry_row(p);
        tasks_of_packing([&](ptrdiff_t unit) {
            micro::pack_panel(of(p.weight) + unit, p.size, ptrdiff_t(1), Cell::gates * p.size, least(Units, p.size - unit),
                              weight + unit * Cell::gates * p.size);
        });
        for (ptrdiff_t r = 0; r < p.batch; ++r)
            for (ptrdiff_t k = 0; k < width; ++k) carry[r * width + k] = k < p.size ? grad_h[r * p.size + k] : T(0);
        for (ptrdiff_t step = p.count - 1; step >= -1; --step) {
            // What the step after this one gives back, and then the step itself.
            const ptrdiff_t given = step + 1 < p.count ? p.rows[step + 1] : 0, own = step < 0 ? 0 : p.rows[step];
            const Before h = before(step < 0 ? 0 : step, p.output, p.h0), c = before(step < 0 ? 0 : step, p.cells, p.c0);
            tasks(given > own ? given : own, [&](ptrdiff_t unit, ptrdiff_t row, ptrdiff_t rows) {
                if (row < given) give_back(step + 1, unit, row, least(rows, given - row), carry + row * width + unit);
                const ptrdiff_t n = least(Units, p.size - unit);
                for (ptrdiff_t r = row; r < row + rows && r < own; ++r) {
                    T* __restrict g = carry + r * width + unit;
                    const T* grad = of(p.grad_output) + (p.at[step] + r) * p.size + unit;
                    for (ptrdiff_t k = 0; k < n; ++k) g[k] += grad[k];
                    Cell::backward(row_of(step, r, unit, h, c), g, n);
                }
            });
        }
        for (ptrdiff_t r = 0; r < p.batch; ++r)
            for (ptrdiff_t k = 0; k < p.size; ++k) grad_h[r * p.size + k] = carry[r * width + k];
    }

    // Adds to the carried gradient of some units what the slopes of a step give.
    void give_back(ptrdiff_t step, ptrdiff_t unit, ptrdiff_t row, ptrdiff_t rows, T* carry) const {
        const ptrdiff_t step_row = Cell::kept * p.size;
        const T* slopes = of(p.slopes) + (p.at[step] + row) * step_row;
        const T* panel = weight + unit * Cell::gates * p.size;
        const auto add = [&](ptrdiff_t block, ptrdiff_t gate, ptrdiff_t count) {
            micro::multiply_panels(rows, least(Units, p.size - unit), count * p.size, {slopes + block * p.size, step_row, 1, nullptr},
                                   panel + gate * p.size * Units, carry, carry_row(p), true);
        };
        if constexpr (Cell::kept > Cell::gates) {
            add(0, 0, Cell::gates - 1);
            add(Cell::gates, Cell::gates - 1, 1);
        } else {
            add(0, 0, Cell::gates);
        }
    }
};

template <class T, class Cell>
bool forward(const Recurrence& p) {
    const Scratch scratch(Layer<T, Cell>::forward_size(p) * sizeof(T));
    if (scratch.data == nullptr) return false;
    Layer<T, Cell>{p, static_cast<T*>(scratch.data)}.forward();
    return true;
}

template <class T, class Cell>
bool backward(const Recurrence& p) {
    const Scratch scratch(Layer<T, Cell>::backward_size(p) * sizeof(T));
    if (scratch.data == nullptr) return false;
    Layer<T, Cell>{p, static_cast<T*>(scratch.data)}.backward();
    return true;
}

template <class T>
constexpr void fill(RecurrenceKernels& kernels, Type type) {
    kernels.forward[CellTanh][type] = &forward<T, Simple<T, false>>;
    kernels.forward[CellRelu][type] = &forward<T, Simple<T, true>>;
    kernels.forward[CellLstm][type] = &forward<T, Lstm<T>>;
    kernels.forward[CellGru][type] = &forward<T, Gru<T>>;
    kernels.backward[CellTanh][type] = &backward<T, Simple<T, false>>;
    kernels.backward[CellRelu][type] = &backward<T, Simple<T, true>>;
    kernels.backward[CellLstm][type] = &backward<T, Lstm<T>>;
    kernels.backward[CellGru][type] = &backward<T, Gru<T>>;
}

constexpr RecurrenceKernels all_recurrences() {
    RecurrenceKernels kernels = {};
    fill<float>(kernels, Float32);
    fill<double>(kernels, Float64);
    return kernels;
}

}  // namespace

extern const RecurrenceKernels recurrence;
const RecurrenceKernels recurrence = all_recurrences();

}  // namespace flambeau::FLAMBEAU_ISA
