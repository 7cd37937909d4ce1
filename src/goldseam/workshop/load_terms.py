"""What a policy pack may speak of, from the files that come with the package; and the packs among them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from goldseam.engine.decide.pack_canon import canonical
from goldseam.engine.decide.pack_terms import Vocabulary
from goldseam.workshop.load_deciding import PACKS
from goldseam.workshop.packaged import read_data


@lru_cache(maxsize=1)
def load_terms() -> Vocabulary:
    """The codes of the taxonomy with what is possible and usual. Frozen, so shared."""
    weights, risk = read_data("weights/remedies.json"), read_data("weights/risk.json")
    situations = read_data("weights/situations.json")
    return Vocabulary(
        issues=frozenset(risk["issues"]),
        remedies=frozenset(weights["states"]),
        signals=frozenset(risk["signals"]),
        states_of={code: frozenset(states) for code, states in weights["states"].items()},
        facts_for={
            code: {state: frozenset(flags) for state, flags in special.items()}
            for code, special in weights["states_special"].items()
        },
        situations={issue: tuple(states) for issue, states in situations["usual"].items()},
        works=weights["works"],
    )


def shipped_packs() -> tuple[str, ...]:
    """The names of the packs that come with the package."""
    return PACKS


def shipped_pack(name: str) -> dict[str, Any]:
    """A pack that comes with the package, in canonical form. KeyError when there is none of this name."""
    if name not in PACKS:
        raise KeyError(name)
    return canonical(read_data(f"policies/{name}.json"))
