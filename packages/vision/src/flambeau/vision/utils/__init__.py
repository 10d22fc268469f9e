"""Pictures of images: grids, boxes, masks and points drawn on them, flows as colours."""

from .drawing import draw_bounding_boxes as draw_bounding_boxes
from .drawing import draw_keypoints as draw_keypoints
from .drawing import draw_segmentation_masks as draw_segmentation_masks
from .flow import flow_to_image as flow_to_image
from .grid import make_grid as make_grid
from .grid import save_image as save_image

__all__ = [
    "draw_bounding_boxes",
    "draw_keypoints",
    "draw_segmentation_masks",
    "flow_to_image",
    "make_grid",
    "save_image",
]
