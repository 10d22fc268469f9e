#include "flambeau/layout.hpp"

namespace flambeau {
namespace {

std::ptrdiff_t magnitude(std::ptrdiff_t stride) noexcept { return stride < 0 ? -stride : stride; }

void move_dim(Layout& layout, int from, int to) noexcept {
    layout.shape[to] = layout.shape[from];
    for (int k = 0; k < layout.count; ++k) layout.operands[k].strides[to] = layout.operands[k].strides[from];
}

void swap_dims(Layout& layout, int a, int b) noexcept {
    const std::ptrdiff_t n = layout.shape[a];
    layout.shape[a] = layout.shape[b];
    layout.shape[b] = n;
    for (int k = 0; k < layout.count; ++k) {
        std::ptrdiff_t* strides = layout.operands[k].strides;
        const std::ptrdiff_t stride = strides[a];
        strides[a] = strides[b];
        strides[b] = stride;
    }
}

void drop_ones(Layout& layout) noexcept {
    int kept = 0;
    for (int d = 0; d < layout.ndim; ++d)
        if (layout.shape[d] != 1) move_dim(layout, d, kept++);
    layout.ndim = kept;
}

void turn_backward_dims(Layout& layout) noexcept {
    for (int d = 0; d < layout.ndim; ++d) {
        bool forward = false, backward = false;
        for (int k = 0; k < layout.count; ++k) {
            forward |= layout.operands[k].strides[d] > 0;
            backward |= layout.operands[k].strides[d] < 0;
        }
        if (!backward || forward) continue;
        for (int k = 0; k < layout.count; ++k) {
            OperandView& operand = layout.operands[k];
            operand.data += (layout.shape[d] - 1) * operand.strides[d];
            operand.strides[d] = -operand.strides[d];
        }
    }
}

// Whether dimension b should be outside a: decided by the first operand that steps along both.
bool outside(const Layout& layout, int b, int a) noexcept {
    for (int k = 0; k < layout.count; ++k) {
        const std::ptrdiff_t sa = magnitude(layout.operands[k].strides[a]);
        const std::ptrdiff_t sb = magnitude(layout.operands[k].strides[b]);
        if (sa != sb && sa != 0 && sb != 0) return sb > sa;
    }
    return false;
}

void sort_by_stride(Layout& layout) noexcept {
    for (int d = 1; d < layout.ndim; ++d)
        for (int i = d; i > 0 && outside(layout, i, i - 1); --i) swap_dims(layout, i, i - 1);
}

bool merge(const Layout& layout, int outer, int inner) noexcept {
    for (int k = 0; k < layout.count; ++k) {
        const std::ptrdiff_t* strides = layout.operands[k].strides;
        if (strides[outer] != strides[inner] * layout.shape[inner]) return false;
    }
    return true;
}

void merge_neighbours(Layout& layout) noexcept {
    int last = 0;
    for (int d = 1; d < layout.ndim; ++d) {
        if (merge(layout, last, d)) {
            const std::ptrdiff_t n = layout.shape[last];
            move_dim(layout, d, last);
            layout.shape[last] *= n;
        } else {
            move_dim(layout, d, ++last);
        }
    }
    if (layout.ndim > 0) layout.ndim = last + 1;
}

}  // namespace

void simplify(Layout& layout) noexcept {
    drop_ones(layout);
    turn_backward_dims(layout);
    sort_by_stride(layout);
    merge_neighbours(layout);
}

}  // namespace flambeau
