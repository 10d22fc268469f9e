"""Stateless functions of layers and losses, thin over the operators of ``flambeau.tensor``.

>>> import flambeau.nn.functional as F
>>> F.relu(ft.tensor([-1.0, 2.0])).tolist()
[0.0, 2.0]
"""

from .activation import celu as celu
from .activation import elu as elu
from .activation import gelu as gelu
from .activation import log_softmax as log_softmax
from .activation import logsigmoid as logsigmoid
from .activation import mish as mish
from .activation import relu as relu
from .activation import selu as selu
from .activation import sigmoid as sigmoid
from .activation import silu as silu
from .activation import softmax as softmax
from .activation import softplus as softplus
from .activation import softsign as softsign
from .activation import tanh as tanh
from .activation import tanhshrink as tanhshrink
from .adaptive_pooling import adaptive_avg_pool1d as adaptive_avg_pool1d
from .adaptive_pooling import adaptive_avg_pool2d as adaptive_avg_pool2d
from .adaptive_pooling import adaptive_avg_pool3d as adaptive_avg_pool3d
from .adaptive_pooling import adaptive_max_pool1d as adaptive_max_pool1d
from .adaptive_pooling import adaptive_max_pool2d as adaptive_max_pool2d
from .adaptive_pooling import adaptive_max_pool3d as adaptive_max_pool3d
from .attention import multi_head_attention_forward as multi_head_attention_forward
from .attention import scaled_dot_product_attention as scaled_dot_product_attention
from .average_pooling import avg_pool1d as avg_pool1d
from .average_pooling import avg_pool2d as avg_pool2d
from .average_pooling import avg_pool3d as avg_pool3d
from .average_pooling import lp_pool1d as lp_pool1d
from .average_pooling import lp_pool2d as lp_pool2d
from .average_pooling import lp_pool3d as lp_pool3d
from .convolution import conv1d as conv1d
from .convolution import conv2d as conv2d
from .convolution import conv3d as conv3d
from .ctc import ctc_loss as ctc_loss
from .dense import linear as linear
from .distance import cosine_similarity as cosine_similarity
from .distance import normalize as normalize
from .distance import pairwise_distance as pairwise_distance
from .element_loss import binary_cross_entropy as binary_cross_entropy
from .element_loss import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from .element_loss import gaussian_nll_loss as gaussian_nll_loss
from .element_loss import huber_loss as huber_loss
from .element_loss import kl_div as kl_div
from .element_loss import l1_loss as l1_loss
from .element_loss import poisson_nll_loss as poisson_nll_loss
from .element_loss import smooth_l1_loss as smooth_l1_loss
from .fractional_pooling import fractional_max_pool2d as fractional_max_pool2d
from .fractional_pooling import fractional_max_pool3d as fractional_max_pool3d
from .gated import glu as glu
from .gated import gumbel_softmax as gumbel_softmax
from .gated import prelu as prelu
from .gated import rrelu as rrelu
from .gated import softmin as softmin
from .interpolation import interpolate as interpolate
from .interpolation import upsample as upsample
from .interpolation import upsample_bilinear as upsample_bilinear
from .interpolation import upsample_nearest as upsample_nearest
from .loss import cross_entropy as cross_entropy
from .loss import mse_loss as mse_loss
from .loss import nll_loss as nll_loss
from .margin_loss import cosine_embedding_loss as cosine_embedding_loss
from .margin_loss import hinge_embedding_loss as hinge_embedding_loss
from .margin_loss import margin_ranking_loss as margin_ranking_loss
from .margin_loss import multi_margin_loss as multi_margin_loss
from .margin_loss import multilabel_margin_loss as multilabel_margin_loss
from .margin_loss import multilabel_soft_margin_loss as multilabel_soft_margin_loss
from .margin_loss import soft_margin_loss as soft_margin_loss
from .margin_loss import triplet_margin_loss as triplet_margin_loss
from .margin_loss import triplet_margin_with_distance_loss as triplet_margin_with_distance_loss
from .noise import alpha_dropout as alpha_dropout
from .noise import dropout as dropout
from .noise import dropout1d as dropout1d
from .noise import dropout2d as dropout2d
from .noise import dropout3d as dropout3d
from .noise import feature_alpha_dropout as feature_alpha_dropout
from .normalization import batch_norm as batch_norm
from .padding import pad as pad
from .piecewise import hardshrink as hardshrink
from .piecewise import hardsigmoid as hardsigmoid
from .piecewise import hardswish as hardswish
from .piecewise import hardtanh as hardtanh
from .piecewise import leaky_relu as leaky_relu
from .piecewise import relu6 as relu6
from .piecewise import softshrink as softshrink
from .piecewise import threshold as threshold
from .pooling import max_pool1d as max_pool1d
from .pooling import max_pool2d as max_pool2d
from .pooling import max_pool3d as max_pool3d
from .row_normalization import group_norm as group_norm
from .row_normalization import instance_norm as instance_norm
from .row_normalization import layer_norm as layer_norm
from .row_normalization import local_response_norm as local_response_norm
from .row_normalization import rms_norm as rms_norm
from .sampling import affine_grid as affine_grid
from .sampling import grid_sample as grid_sample
from .sparse import embedding as embedding
from .sparse import embedding_bag as embedding_bag
from .sparse import one_hot as one_hot
from .transposed_convolution import conv_transpose1d as conv_transpose1d
from .transposed_convolution import conv_transpose2d as conv_transpose2d
from .transposed_convolution import conv_transpose3d as conv_transpose3d
from .unpooling import max_unpool1d as max_unpool1d
from .unpooling import max_unpool2d as max_unpool2d
from .unpooling import max_unpool3d as max_unpool3d
from .vision import channel_shuffle as channel_shuffle
from .vision import fold as fold
from .vision import pixel_shuffle as pixel_shuffle
from .vision import pixel_unshuffle as pixel_unshuffle
from .vision import unfold as unfold

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "affine_grid", "alpha_dropout", "avg_pool1d", "avg_pool2d",
    "avg_pool3d", "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "celu",
    "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "ctc_loss", "dropout", "dropout1d", "dropout2d",
    "dropout3d", "elu", "embedding", "embedding_bag", "feature_alpha_dropout", "fold", "fractional_max_pool2d",
    "fractional_max_pool3d", "gaussian_nll_loss", "gelu", "glu", "grid_sample", "group_norm", "gumbel_softmax",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hinge_embedding_loss", "huber_loss", "instance_norm",
    "interpolate", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear", "local_response_norm", "log_softmax",
    "logsigmoid", "lp_pool1d", "lp_pool2d", "lp_pool3d", "margin_ranking_loss", "max_pool1d", "max_pool2d",
    "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d", "mish", "mse_loss",
    "multi_head_attention_forward", "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss",
    "nll_loss", "normalize", "one_hot", "pad", "pairwise_distance", "pixel_shuffle", "pixel_unshuffle",
    "poisson_nll_loss", "prelu", "relu", "relu6", "rms_norm", "rrelu", "scaled_dot_product_attention", "selu",
    "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax", "softmin", "softplus", "softshrink",
    "softsign", "tanh", "tanhshrink", "threshold", "triplet_margin_loss", "triplet_margin_with_distance_loss",
    "unfold", "upsample", "upsample_bilinear", "upsample_nearest",
]  # fmt: skip
