"""What canned replies and macros tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MacroRan:
    """Somebody carried out a macro on a conversation."""

    shop_id: int
    conversation_id: int
    macro_id: int
