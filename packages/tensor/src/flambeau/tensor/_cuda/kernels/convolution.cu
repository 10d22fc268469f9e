// Convolution as matrix products: the windows of images as columns, and columns added back to images.
#include "types.cuh"

// Windows over one, two or three dimensions: those there are not have size 1. Steps are in elements.
struct Windows {
    long long channels;
    long long column_image, column_row;  // steps of the columns; a window's is 1
    long long image, channel, step[3];   // steps of the images
    int kernel[3], out[3], size[3], stride[3], padding[3], dilation[3];
};

// Each row of the columns is one place of the window in one channel of one image.
KERNEL(256) windows_to_columns(const T* images, T* columns, long long rows, Windows w) {
    const int windows = w.out[0] * w.out[1] * w.out[2];
    const int places = w.kernel[0] * w.kernel[1] * w.kernel[2];
    for (long long row = blockIdx.y; row < rows; row += gridDim.y) {
        const int place = static_cast<int>(row % places);
        const long long image = row / places / w.channels, channel = row / places % w.channels;
        int first[3];  // what the first window sees
        first[0] = place / (w.kernel[1] * w.kernel[2]) * w.dilation[0] - w.padding[0];
        first[1] = place / w.kernel[2] % w.kernel[1] * w.dilation[1] - w.padding[1];
        first[2] = place % w.kernel[2] * w.dilation[2] - w.padding[2];
        const T* from = images + image * w.image + channel * w.channel;
        T* to = columns + image * w.column_image + (row - image * places * w.channels) * w.column_row;
        for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < windows;
             i += static_cast<int>(gridDim.x * blockDim.x)) {
            const int z = first[0] + i / (w.out[1] * w.out[2]) * w.stride[0];
            const int y = first[1] + i / w.out[2] % w.out[1] * w.stride[1];
            const int x = first[2] + i % w.out[2] * w.stride[2];
            const bool inside = z >= 0 && z < w.size[0] && y >= 0 && y < w.size[1] && x >= 0 && x < w.size[2];
            to[i] = inside ? from[z * w.step[0] + y * w.step[1] + x * w.step[2]] : store<T>(Compute<T>(0));
        }
    }
}

// Which window has an element at a place of it along a dimension; -1 if none.
__device__ __forceinline__ int window_of(int at, int place, int d, const Windows& w) {
    const int first = at + w.padding[d] - place * w.dilation[d];
    if (first < 0 || first % w.stride[d] != 0) return -1;
    return first / w.stride[d] < w.out[d] ? first / w.stride[d] : -1;
}

// Each element of the images is the sum of what is in the columns at its places, in a fixed order.
KERNEL(256, 4) columns_to_images(const T* columns, T* images, long long rows, Windows w) {
    const int size = w.size[0] * w.size[1] * w.size[2];
    const int places = w.kernel[0] * w.kernel[1] * w.kernel[2];
    for (long long row = blockIdx.y; row < rows; row += gridDim.y) {
        const long long image = row / w.channels, channel = row % w.channels;
        const T* from = columns + image * w.column_image + channel * places * w.column_row;
        T* to = images + image * w.image + channel * w.channel;
        for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < size;
             i += static_cast<int>(gridDim.x * blockDim.x)) {
            const int at_z = i / (w.size[1] * w.size[2]), at_y = i / w.size[2] % w.size[1], at_x = i % w.size[2];
            Compute<T> sum = 0;
            for (int a = 0; a < w.kernel[0]; ++a) {
                const int z = window_of(at_z, a, 0, w);
                for (int b = 0; z >= 0 && b < w.kernel[1]; ++b) {
                    const int y = window_of(at_y, b, 1, w);
                    for (int c = 0; y >= 0 && c < w.kernel[2]; ++c) {
                        const int x = window_of(at_x, c, 2, w);
                        if (x < 0) continue;
                        const int place = (a * w.kernel[1] + b) * w.kernel[2] + c;
                        sum += load(from[place * w.column_row + (z * w.out[1] + y) * w.out[2] + x]);
                    }
                }
            }
            to[at_z * w.step[0] + at_y * w.step[1] + at_x * w.step[2]] = store<T>(sum);
        }
    }
}

// To all elements of a channel its bias: `inner` elements of a channel follow one another.
KERNEL(256) add_channel_bias(T* images, const T* bias, long long n, long long channels, long long inner) {
    constexpr int length = vector_length<T>;
    const long long vectors = n / length;
    for (long long i = global_thread(); i < vectors; i += global_threads()) {
        auto part = reinterpret_cast<Vector<T, length>*>(images)[i];
#pragma unroll
        for (int j = 0; j < length; ++j)
            part.at[j] = store<T>(load(part.at[j]) + load(bias[(i * length + j) / inner % channels]));
        write_vector(images + i * length, part);
    }
    for (long long i = vectors * length + global_thread(); i < n; i += global_threads())
        images[i] = store<T>(load(images[i]) + load(bias[i / inner % channels]));
}
