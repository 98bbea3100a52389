"""What a person sees at a terminal, as text."""

import io

from rich.console import Console, RenderableType


def printed(shown: RenderableType, width: int = 120) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(shown)
    return console.export_text()
