"""How exact the functions are that kernels are made of."""
