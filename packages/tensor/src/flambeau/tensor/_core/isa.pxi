# The instruction set the kernels use: the best one here, unless FLAMBEAU_ISA in the environment names another.

def instruction_sets():
    """Those that kernels were compiled for and this machine can run, best last."""
    return tuple([isa_name(i).decode() for i in range(isa_count()) if isa_supported(i)])


def instruction_set():
    """The one in use."""
    return isa_name(isa_chosen()).decode()


def _choose_instruction_set(str wanted):
    if wanted is None:
        return
    for i in range(isa_count()):
        if isa_name(i).decode() == wanted and isa_supported(i):
            isa_choose(i)
            return
    raise ImportError(f"flambeau.tensor: environment variable 'FLAMBEAU_ISA': expected one of "
                      f"{', '.join(instruction_sets())}, which this machine can run, got '{wanted}'")


_choose_instruction_set(os.environ.get("FLAMBEAU_ISA"))
