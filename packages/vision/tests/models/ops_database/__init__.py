"""The database of vision's operators, in the form of tensor's: samples, references and errors, family by family.

``test_ops_database.py`` makes its tests of them: an operator is tested by adding one entry to the file of its family,
to that file's ``ENTRIES``. The references are written as loops over numbers.
"""
