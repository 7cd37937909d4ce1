"""What the reasons of the distribution say in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "only": _("the only one free"),
    "familiar": _("spoke with this customer before"),
    "least_full": _("holds the fewest for their capacity"),
    "rested": _("had the fewest hard ones lately"),
    "turn": _("has waited longest for a turn"),
    "even": _("everybody stood alike"),
    "spared": _("others are spared a third furious one in a row"),
    "relaxed": _("nobody at work has the skill"),
    "away": _("away"),
    "off_shift": _("off shift"),
    "full": _("full"),
    "full_hard": _("full of hard ones"),
    "no_skill": _("other issues"),
    "no_language": _("other languages"),
    "no_product": _("other products"),
    "row": _("two furious ones in a row already"),
    "nobody_at_all": _("nobody takes part"),
}

PARTS: dict[str, str | Promise] = {
    "full": _("how full"),
    "strain": _("strain so far"),
    "relief": _("strain before a hard one"),
    "turn": _("served lately"),
    "familiar": _("knows the customer"),
}

WEIGHTS: dict[str, str | Promise] = {
    "full": _("Points for being full"),
    "strain": _("Points for being strained"),
    "relief": _("Further points for the strained before a hard one"),
    "turn": _("Points for having been served last"),
    "familiar": _("Bonus for the customer's last agent"),
    "intensity_1": _("Strain of a mild mood"),
    "intensity_2": _("Strain of a strong mood"),
    "intensity_3": _("Strain of an extreme mood"),
    "abuse": _("Strain of abuse"),
    "crisis": _("Strain of a crisis"),
    "half_life": _("Hours in which strain halves"),
    "limit": _("Strain that counts as full"),
    "row": _("Furious ones in a row at most"),
}

LANGUAGES: dict[str, str | Promise] = {"zh": _("Chinese"), "en": _("English"), "other": _("Others")}
