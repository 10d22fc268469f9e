# Which instruction sets kernels are compiled for, and how: for the library and for its tests.
#
# FLAMBEAU_ISAS names them, worst first: v2, v3 and v4 are the levels of the x86-64 psABI; portable is for any processor
# that the compiler takes for granted.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(isas_here v2 v3 v4)
else()
  set(isas_here portable)
endif()
set(FLAMBEAU_ISAS "${isas_here}" CACHE STRING "instruction sets, worst first: portable;v2;v3;v4")

# instruction_set(TARGET ISA): compiles the target's sources for one of them, with the flags that all kernels have.
#
# No errno and no traps let loops vectorise; contraction lets them use fused multiply-adds. Never -ffast-math, which at
# link time changes the process's floating-point mode. Integers wrap around, as NumPy's do: without -fwrapv signed
# overflow would be undefined.
#
# Results are asked for ahead by prefetchw: the levels leave it out, but all their processors have it, or pass over it.
#
# Sanitizers undo most of what -O3 does, and take the compiler many minutes with it.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(optimize -O1)
else()
  set(optimize -O3)
endif()
set(kernel_options ${optimize} -fno-math-errno -fno-trapping-math -ffp-contract=fast -fwrapv)
function(instruction_set target isa)
  target_compile_definitions(${target} PRIVATE FLAMBEAU_ISA=${isa})
  target_compile_options(${target} PRIVATE ${kernel_options})
  if(NOT isa STREQUAL portable)
    target_compile_options(${target} PRIVATE -march=x86-64-${isa} -mprfchw)
  endif()
  if(isa STREQUAL v4)
    target_compile_options(${target} PRIVATE -mprefer-vector-width=512)
  endif()
endfunction()

# Writes flambeau/isas.hpp into a folder: FLAMBEAU_FOR_EACH_ISA.
function(write_instruction_sets folder)
  list(TRANSFORM FLAMBEAU_ISAS REPLACE "(.+)" "what(\\1 __VA_OPT__(,) __VA_ARGS__)" OUTPUT_VARIABLE calls)
  list(JOIN calls " " calls)
  file(CONFIGURE OUTPUT ${folder}/flambeau/isas.hpp
    CONTENT "// The instruction sets of this build, best last.\n#define FLAMBEAU_FOR_EACH_ISA(what, ...) @calls@\n" @ONLY)
endfunction()
