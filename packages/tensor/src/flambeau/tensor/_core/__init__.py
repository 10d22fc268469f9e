"""The compiled core: the Tensor type, operator records and the one path every call takes."""
