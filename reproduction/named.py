"""Finds a table or a figure by its name."""

import difflib
from collections.abc import Iterable
from typing import Any


def get_named(kind: str, items: Iterable[Any], name: str) -> Any:
    """Returns the item with a name.

    Args:
        kind: Noun for the items in the error message, such as `"table"`.
        items: Objects with an attribute `name`.
        name: Name of an item.

    Raises:
        ValueError: If no item has the name. The message lists the known names.

    Examples:
        >>> from reproduction.named import get_named
        >>> from reproduction.tables import list_tables
        >>> get_named("table", list_tables(), "csae1-table3").name
        'csae1-table3'
    """
    known = {item.name: item for item in items}
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"No {kind} has the name {name!r}.{hint} Known {kind}s: {', '.join(known)}."
        )
    return known[name]
