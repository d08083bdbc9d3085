"""All tables and numeric figures that can be reproduced, by name."""

from reproduction.csae_tables import csae_tables
from reproduction.degan_tables import degan_tables
from reproduction.named import get_named
from reproduction.regene_tables import regene_tables
from reproduction.table import Table


def list_tables() -> list[Table]:
    """Lists the papers' tables and numeric figures, paper by paper.

    Examples:
        >>> from reproduction import list_tables
        >>> [table.name for table in list_tables()][:2]
        ['csae1-table3', 'csae1-table4']
    """
    return [*csae_tables(), *regene_tables(), *degan_tables()]


def get_table(name: str) -> Table:
    """Returns a table by its name.

    Raises:
        ValueError: If no table has the name. The message lists the known names.

    Examples:
        >>> from reproduction import get_table
        >>> get_table("regene-table4").cells[0].paper
        9.8793
    """
    return get_named("table", list_tables(), name)
