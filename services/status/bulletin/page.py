"""The bulletin as a page to read or print: one template, everything escaped."""

from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from services.status.bulletin.document import Bulletin

_TEMPLATE: Final = "bulletin.html"


def html(bulletin: Bulletin) -> bytes:
    """UTF-8 HTML that stands on its own: no script, no address of anything else."""
    return _template().render(bulletin=bulletin).encode()


@cache
def _template() -> Template:
    text = files(__package__).joinpath(_TEMPLATE).read_text("utf-8")
    environment = Environment(
        loader=DictLoader({_TEMPLATE: text}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_TEMPLATE)
