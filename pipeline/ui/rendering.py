"""The templates of Dateline's HTML pages: what is common to the pages in Airflow and the report."""

import jinja2

from pipeline.ui import outcome_groups, shown_values
from pipeline.warehouse.operator_pages import MOST_COUNTED


def templates(*packages: str) -> jinja2.Environment:
    """Return the templates of the packages and the filters by which their values are shown.

    Text is escaped, and a value that a template names and nobody gave is an error.

    Args:
        packages: packages with a folder ``templates``; the first that has a template counts.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(each) for each in packages]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown_values.shown,
        "web": shown_values.web_address,
        "span": shown_values.span,
        "moment": shown_values.moment,
        "number": shown_values.number,
    }
    environment.globals |= {
        "groups": outcome_groups.GROUPS,
        "meanings": outcome_groups.MEANINGS,
        "most_counted": MOST_COUNTED,
    }
    return environment
