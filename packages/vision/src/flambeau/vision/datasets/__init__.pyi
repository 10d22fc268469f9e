# For type checkers and editors, which do not run the loop of __init__.py: a line for each file of datasets.
from .._files.download import DownloadError as DownloadError
from .._files.settings import data_home as data_home
from ._base import VisionDataset as VisionDataset
from ._declaration import Declaration as Declaration
from ._declaration import File as File
from ._kinds import ArrayDataset as ArrayDataset
from ._kinds import DownloadedDataset as DownloadedDataset
from ._kinds import FileDataset as FileDataset
from ._kinds import Paths as Paths
from ._kinds import load_rgb as load_rgb
from .caltech import *
from .celeba import *
from .cifar import *
from .coco import *
from .digits import *
from .dtd import *
from .eurosat import *
from .fake import *
from .flowers102 import *
from .folder import *
from .food101 import *
from .gtsrb import *
from .imagenet import *
from .lsun import *
from .mnist import *
from .omniglot import *
from .oxford_iiit_pet import *
from .phototour import *
from .semeion import *
from .stl10 import *
from .svhn import *
from .usps import *
from .voc import *

def available() -> dict[str, type[VisionDataset]]: ...
