"""Which operators autocast runs in which precision; all others take what they get, and promote as always."""

# Products of many numbers: fast in 16 bits, and their sums are kept in 32.
LOWER_PRECISION = """
    linear matmul addmm addmv addr addbmm baddbmm attention recurrence
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d parametric_relu
""".split()

# What needs the range or the digits of float32: exponentials and logarithms, powers and quotients, sums of many
# numbers, normalisation, losses.
FLOAT32 = """
    exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 pow reciprocal rsqrt softplus
    acos asin cosh sinh tan erfinv
    softmax log_softmax logsumexp logcumsumexp sum mean prod cumsum cumprod norm var std cdist
    layer_norm group_norm rms_norm batch_norm
    cross_entropy nll_loss mse_loss smooth_l1 binary_entropy logistic_entropy ctc_loss
    resample
""".split()
