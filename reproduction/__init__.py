"""The papers' tables and numeric figures, trained and measured again beside their numbers."""

from reproduction.running import reproduce as reproduce
from reproduction.scale import SCALES as SCALES
from reproduction.scale import Scale as Scale
from reproduction.table import Cell as Cell
from reproduction.table import Table as Table
from reproduction.table import Training as Training
from reproduction.tables import get_table as get_table
from reproduction.tables import list_tables as list_tables
