// The Python frames that led to here, innermost first.
#pragma once

#include <Python.h>
#include <frameobject.h>

#if PY_VERSION_HEX < 0x030C0000 && !defined(PYPY_VERSION)
// Frames have become objects only where somebody asked for one: asking would make one for each function that records.
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif
#include <internal/pycore_frame.h>
#define FLAMBEAU_BARE_FRAMES 1
#else
#define FLAMBEAU_BARE_FRAMES 0
#endif

namespace flambeau {

#if FLAMBEAU_BARE_FRAMES

class Frame {
    _PyInterpreterFrame* frame;

    // One that has not begun to run its code yet is nobody's caller.
    static _PyInterpreterFrame* begun(_PyInterpreterFrame* frame) {
        while (frame != nullptr && _PyFrame_IsIncomplete(frame)) frame = frame->previous;
        return frame;
    }

public:
    Frame() : frame(begun(PyThreadState_Get()->cframe->current_frame)) {}

    bool exists() const { return frame != nullptr; }
    PyObject* code() const { return reinterpret_cast<PyObject*>(frame->f_code); }  // borrowed, like those below
    PyObject* filename() const { return frame->f_code->co_filename; }
    PyObject* globals() const { return frame->f_globals; }
    int instruction() const { return _PyInterpreterFrame_LASTI(frame) * static_cast<int>(sizeof(_Py_CODEUNIT)); }

    // Go on to the caller; false, and nowhere, where there is none.
    bool back() {
        _PyInterpreterFrame* outer = begun(frame->previous);
        if (outer == nullptr) return false;
        frame = outer;
        return true;
    }
};

#else

class Frame {
    PyFrameObject* frame;

    static PyObject* borrowed(PyObject* held) {
        Py_DECREF(held);  // the frame holds it too
        return held;
    }

public:
    Frame() : frame(PyThreadState_GetFrame(PyThreadState_Get())) {}
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    ~Frame() { Py_XDECREF(frame); }

    bool exists() const { return frame != nullptr; }
    PyObject* code() const { return borrowed(reinterpret_cast<PyObject*>(PyFrame_GetCode(frame))); }
    PyObject* filename() const { return reinterpret_cast<PyCodeObject*>(code())->co_filename; }
    PyObject* globals() const { return borrowed(PyFrame_GetGlobals(frame)); }
    int instruction() const { return PyFrame_GetLasti(frame); }

    bool back() {
        PyFrameObject* outer = PyFrame_GetBack(frame);
        if (outer == nullptr) return false;
        Py_DECREF(frame);
        frame = outer;
        return true;
    }
};

#endif

}  // namespace flambeau
