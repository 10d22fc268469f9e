"""Write down which flambeau-tensor this build compiles against, and print the folder its package lies in.

python built_against.py OUTPUT_FILE
"""

import sys
from pathlib import Path

import flambeau.tensor
from flambeau.tensor._abi import ABI

TEMPLATE = '''"""The flambeau-tensor that this package was compiled against. Written by the build."""

TENSOR_ABI = {abi}
TENSOR_VERSION = "{version}"
'''

output = Path(sys.argv[1])
text = TEMPLATE.format(abi=ABI, version=flambeau.tensor.__version__)
if not output.exists() or output.read_text() != text:
    output.write_text(text)
print(Path(flambeau.tensor.__file__).parents[2])
