"""The order in which units of one file can be registered: parents first."""

from collections.abc import Mapping


def parents_first(parents: Mapping[str, str | None]) -> tuple[list[str], list[list[str]]]:
    """Codes so that each follows its parent, where that is among them; and the circles found.

    What is in a circle is left out of the order; what hangs below one is not.
    """
    order: list[str] = []
    circles: list[list[str]] = []
    done: set[str] = set()
    for start in parents:
        chain: list[str] = []
        places: dict[str, int] = {}
        code: str | None = start
        while code is not None and code in parents and code not in done and code not in places:
            places[code] = len(chain)
            chain.append(code)
            code = parents[code]
        if code is not None and code in places:
            circles.append(chain[places[code] :])
            chain_in_order = chain[: places[code]]
        else:
            chain_in_order = chain
        done.update(chain)
        order.extend(reversed(chain_in_order))
    return order, circles
