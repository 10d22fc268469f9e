"""A loader with workers in a Jupyter kernel, where classes and lambdas live in no file."""

import pytest

nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
nbformat = pytest.importorskip("nbformat", reason="comes with nbclient")
pytest.importorskip("ipykernel", reason="needs ipykernel")

CELLS = [
    """
import flambeau.tensor as ft
from flambeau.data import DataLoader, Dataset

class Powers(Dataset):
    def __init__(self, transform):
        self.transform = transform
    def __len__(self):
        return 6
    def __getitem__(self, index):
        return self.transform(index)
""",
    """
power = 2
loader = DataLoader(Powers(lambda x: x**power), batch_size=3, num_workers=2, multiprocessing_context=METHOD)
print([batch.tolist() for batch in loader])
""",
    """
power = 3
print([batch.tolist() for batch in loader])
""",
]


@pytest.mark.parametrize("method", ["server", "fork", "spawn"])
def test_classes_and_lambdas_of_cells(method):
    """They travel to the workers, and so does what a later cell changes."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell.replace("METHOD", repr(method))) for cell in CELLS]
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    assert ["".join(output.text for output in cell.outputs) for cell in notebook.cells] == [
        "",
        "[[0, 1, 4], [9, 16, 25]]\n",
        "[[0, 1, 8], [27, 64, 125]]\n",
    ]
