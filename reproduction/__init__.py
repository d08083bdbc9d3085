"""Reproduces the tables and numeric figures of the papers, next to the published numbers.

`reproduction.running.reproduce` trains and measures. It is not imported here, because it imports
Keras, and `python -m reproduction --backend` chooses the backend before that.
"""

from reproduction.scale import SCALES as SCALES
from reproduction.scale import Scale as Scale
from reproduction.table import Cell as Cell
from reproduction.table import Table as Table
from reproduction.table import Training as Training
from reproduction.tables import get_table as get_table
from reproduction.tables import list_tables as list_tables
