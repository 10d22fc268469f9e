// Objects that every recorded operation makes and drops. Cython would write None into each of their fields, take it
// out again and give the memory back; here a new object is a copy of a fresh one in memory that an old one left, and
// fields that still hold None when it goes cost nothing. Cython's own free lists serve base classes only, and these
// have subclasses.
#pragma once

#include <Python.h>

#include <cstring>

namespace flambeau {

// How many releases of such objects are under way on this thread, each within the one before.
#if defined(__linux__) && !defined(__clang__)
__attribute__((tls_model("initial-exec")))
#endif
inline thread_local int releases = 0;

template <int Which>
class Recycler {
    static constexpr int capacity = 256;
    static constexpr int max_runs = 8;
    static constexpr int unguarded = 20;  // releases within one another; beyond, the trashcan cuts them off
    static inline PyTypeObject* type = nullptr;
    static inline PyObject* model = nullptr;  // a fresh object
    // The fields that hold objects, None in the model: offset and number of those that lie side by side.
    static inline struct { Py_ssize_t offset, length; } runs[max_runs];
    static inline int nruns = 0;
    static inline Py_ssize_t nfields = 0;
    static inline int count = 0;
    static inline void* blocks[capacity];

    static PyObject*& field(PyObject* object, Py_ssize_t offset) {
        return *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + offset);
    }

    // Many references to None at once.
    static void refer_to_none([[maybe_unused]] Py_ssize_t change) {
#if PY_VERSION_HEX < 0x030C0000  // later, None is immortal
        Py_SET_REFCNT(Py_None, Py_REFCNT(Py_None) + change);
#endif
    }

    static void release(PyObject* self) {
        const Py_ssize_t weak = type->tp_weaklistoffset;
        if (weak > 0 && field(self, weak) != nullptr) PyObject_ClearWeakRefs(self);
        Py_ssize_t nones = 0;
        for (int i = 0; i < nruns; ++i) {
            PyObject** fields = &field(self, runs[i].offset);
            for (PyObject** end = fields + runs[i].length; fields != end; ++fields) {
                if (*fields == Py_None) ++nones;
                else Py_XDECREF(*fields);
            }
        }
        refer_to_none(-nones);
        if (Py_TYPE(self) == type && count < capacity) blocks[count++] = self;
        else Py_TYPE(self)->tp_free(self);
    }

    // For the type itself and for Python classes derived from it; Cython's subclasses have their own.
    static void dealloc(PyObject* self) {
        PyObject_GC_UnTrack(self);
        if (releases < unguarded) {
            ++releases;
            release(self);
            --releases;
            return;
        }
        Py_TRASHCAN_BEGIN(self, dealloc)  // releasing a million chained nodes must not recurse
        release(self);
        Py_TRASHCAN_END
    }

public:
    static PyObject* make() {
        if (count == 0) {
            PyObject* empty = PyTuple_New(0);
            PyObject* object = type->tp_new(type, empty, nullptr);
            Py_DECREF(empty);
            return object;
        }
        auto* object = static_cast<PyObject*>(blocks[--count]);
        std::memcpy(reinterpret_cast<char*>(object) + sizeof(PyObject), reinterpret_cast<char*>(model) + sizeof(PyObject),
                    static_cast<std::size_t>(type->tp_basicsize) - sizeof(PyObject));
        refer_to_none(nfields);
#ifdef Py_REF_DEBUG
        PyObject_Init(object, type);
#else
        Py_SET_REFCNT(object, 1);  // its type it has kept
#endif
        PyObject_GC_Track(object);
        return object;
    }

    // Only for static types whose objects the garbage collector tracks and that have no finaliser.
    static int serve(PyTypeObject* served) {
        type = served;
        model = make();
        if (model == nullptr) return -1;
        PyObject_GC_UnTrack(model);
        for (Py_ssize_t at = sizeof(PyObject); at < type->tp_basicsize; at += sizeof(PyObject*)) {
            if (field(model, at) != Py_None) continue;
            ++nfields;
            if (nruns > 0 && runs[nruns - 1].offset + runs[nruns - 1].length * Py_ssize_t{sizeof(PyObject*)} == at) {
                ++runs[nruns - 1].length;
                continue;
            }
            if (nruns == max_runs) {
                PyErr_Format(PyExc_ImportError, "%s has fields in more than %d places", type->tp_name, max_runs);
                return -1;
            }
            runs[nruns++] = {at, 1};
        }
        type->tp_dealloc = dealloc;
        return 0;
    }
};

}  // namespace flambeau
