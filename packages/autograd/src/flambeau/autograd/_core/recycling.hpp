// Objects that every recorded operation makes and drops: their memory is kept for the next one. Cython's own free
// lists serve base classes only, and these have subclasses.
#pragma once

#include <Python.h>

#include <cstring>

namespace flambeau {

template <int Which>
struct Recycler {
    static constexpr int capacity = 256;
    static inline PyTypeObject* type = nullptr;
    static inline int count = 0;
    static inline void* blocks[capacity];

    static PyObject* alloc(PyTypeObject* wanted, Py_ssize_t items) {
        if (wanted != type || count == 0) return PyType_GenericAlloc(wanted, items);
        auto* object = static_cast<PyObject*>(blocks[--count]);
        std::memset(static_cast<void*>(object), 0, static_cast<std::size_t>(wanted->tp_basicsize));
        PyObject_Init(object, wanted);
        PyObject_GC_Track(object);
        return object;
    }

    static void release(void* object) {
        if (Py_TYPE(static_cast<PyObject*>(object)) == type && count < capacity) blocks[count++] = object;
        else PyObject_GC_Del(object);
    }

    // Only for static types whose objects the garbage collector tracks and that have no finaliser.
    static void serve(PyTypeObject* served) {
        type = served;
        served->tp_alloc = alloc;
        served->tp_free = release;
    }
};

inline void recycle(PyTypeObject* variable, PyTypeObject* node) {
    Recycler<0>::serve(variable);
    Recycler<1>::serve(node);
}

}  // namespace flambeau
