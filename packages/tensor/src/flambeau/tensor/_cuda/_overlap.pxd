cpdef tuple placement(object array)
cpdef bint overlap(object into, object array) except -1
