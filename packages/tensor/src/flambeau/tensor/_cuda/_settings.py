"""What users choose for the CUDA backend."""

# Whether products and convolutions of float32 may round their factors to TF32's 10 bits of mantissa.
allow_tf32 = False
