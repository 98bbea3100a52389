"""Folding what was never recorded: facts as they would be, and what that would change; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from services.status.contributions import Mark, add_change, spans, standing
from services.status.facts import UnitFact
from services.status.learning import learn, opened
from services.status.pieces import Span
from services.status.rehearsing.dry_run import Told


@dataclass(frozen=True, slots=True)
class Folded:
    """Units as they would be, and the difference in what they and their things add."""

    facts: Mapping[str, UnitFact]
    changes: Mapping[Mark, int]

    def above(self) -> set[str]:
        """Those above an old or a new place of which some sum would change."""
        sums: dict[tuple[str, Mark], int] = {}
        for mark, n in self.changes.items():
            for code in mark[0].split("."):
                key = (code, ("", *mark[1:]))
                sums[key] = sums.get(key, 0) + n
        return {code for (code, _), n in sums.items() if n}


def folded(
    facts: Mapping[str, UnitFact], things: Mapping[str, list[Span]], events: Iterable[Told]
) -> Folded:
    """What events would teach the facts of their units, and what hangs on these counts along;
    the given facts stay as they are.
    """
    taught = {code: _copied(fact) for code, fact in facts.items()}
    for event in events:
        learn(taught[event.subject], event, opened(event))
    changes: dict[Mark, int] = {}
    for code, fact in taught.items():
        stood, stands = standing(facts[code]), standing(fact)
        add_change(changes, (stood, spans(facts[code])), (stands, spans(fact)))
        added = things.get(code, [])
        if added:
            add_change(changes, (stood, added), (stands, added))
    return Folded(taught, {mark: n for mark, n in changes.items() if n})


def _copied(fact: UnitFact) -> UnitFact:
    return msgspec.json.decode(msgspec.json.encode(fact), type=UnitFact)
