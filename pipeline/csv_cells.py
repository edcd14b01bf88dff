"""Texts as cells of a CSV that no spreadsheet takes for a formula, as OWASP advises."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def spreadsheet_cell(text: str) -> str:
    """Return a text as a cell; one that would be a formula begins with an apostrophe.

    >>> spreadsheet_cell("=1+1"), text_of_cell(spreadsheet_cell("=1+1"))
    ("'=1+1", '=1+1')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def text_of_cell(cell: str) -> str:
    """Return the text that ``spreadsheet_cell`` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
