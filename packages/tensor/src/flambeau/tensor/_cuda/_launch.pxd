from libc.stdint cimport uint64_t

cdef enum:
    MAX_PARAMETERS = 32
    MAX_DEVICES = 64

cdef union Slot:
    uint64_t word
    double f64
    float f32
    long long i64
    int i32
    unsigned int u32

cdef class Kernel:
    cdef readonly str label
    cdef readonly str name
    cdef readonly tuple parameters
    cdef object text
    cdef bytes codes
    cdef void* functions[MAX_DEVICES]
    cdef unsigned long long generation

    cdef void* _function(self, int device) except NULL
    # Parameters are addresses of values of the kernel's types, in order.
    cdef int launch(self, const unsigned int* grid, const unsigned int* block, unsigned int shared,
                    void** parameters) except -1

cdef int current_device() except -1
cdef bint recording() noexcept
