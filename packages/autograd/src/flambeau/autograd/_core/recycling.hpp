// Objects that every recorded operation makes and drops. Cython would write None into each of their fields, take it
// out again and give the memory back; here a new object is a copy of a fresh one in memory that an old one left, and
// fields that still hold None when it goes cost nothing. Cython's own free lists serve base classes only, and these
// have subclasses.
#pragma once

#include <Python.h>

#include <cstring>

namespace flambeau {

template <int Which>
class Recycler {
    static constexpr int capacity = 256;
    static constexpr int max_fields = 24;
    static inline PyTypeObject* type = nullptr;
    static inline PyObject* model = nullptr;  // a fresh object
    static inline Py_ssize_t fields[max_fields];  // offsets of those that hold objects: None in the model
    static inline int nfields = 0;
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

    // For the type itself and for Python classes derived from it; Cython's subclasses have their own.
    static void dealloc(PyObject* self) {
        PyObject_GC_UnTrack(self);
        Py_TRASHCAN_BEGIN(self, dealloc)  // releasing a million chained nodes must not recurse
        const Py_ssize_t weak = type->tp_weaklistoffset;
        if (weak > 0 && field(self, weak) != nullptr) PyObject_ClearWeakRefs(self);
        Py_ssize_t nones = 0;
        for (int i = 0; i < nfields; ++i) {
            PyObject* value = field(self, fields[i]);
            if (value == Py_None) ++nones;
            else Py_XDECREF(value);
        }
        refer_to_none(-nones);
        if (Py_TYPE(self) == type && count < capacity) blocks[count++] = self;
        else Py_TYPE(self)->tp_free(self);
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
            if (nfields == max_fields) {
                PyErr_Format(PyExc_ImportError, "%s has more than %d fields", type->tp_name, max_fields);
                return -1;
            }
            fields[nfields++] = at;
        }
        type->tp_dealloc = dealloc;
        return 0;
    }
};

}  // namespace flambeau
