"""What the room adds to the frame around the pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from goldseam.core.frame import KeyAction, Place

ACTIONS = (
    KeyAction("search", _("Search"), "/"),
    KeyAction("next", _("Next conversation"), "j", "list"),
    KeyAction("previous", _("Previous conversation"), "k", "list"),
    KeyAction("open", _("Open the conversation"), "Enter", "list", fixed=True),
    KeyAction("choose", _("Choose the conversation"), "x", "list"),
    KeyAction("choose-all", _("Choose the whole view"), "shift+x", "list"),
    KeyAction("choose-none", _("Choose none"), "", "list"),
    KeyAction("label", _("Labels"), "l", "conversation"),
    KeyAction("reply", _("Reply"), "r", "conversation"),
    KeyAction("note", _("Private note"), "n", "conversation"),
    KeyAction("assign", _("Assign"), "a", "conversation"),
    KeyAction("snooze", _("Snooze"), "s", "conversation"),
    KeyAction("close", _("Close, or reopen"), "e", "conversation"),
    KeyAction("undo", _("Take the reply back"), "z", "conversation"),
    KeyAction("attach", _("Attach files"), "", "conversation"),
    KeyAction("join", _("Merge or link…"), "", "conversation"),
    KeyAction("send", _("Send"), "mod+Enter", "writing", fixed=True),
    KeyAction("send-close", _("Send and close"), "mod+shift+Enter", "writing", fixed=True),
)

PLACES = (
    Place("needs", _("Needs me now"), "conversations:inbox", "bolt", "view=needs", key="i"),
    Place("mine", _("Mine"), "conversations:inbox", "user", "view=mine", key="m"),
    Place("unassigned", _("Unassigned"), "conversations:inbox", "user-question", "view=unassigned", key="u"),
    Place("risk", _("High risk"), "conversations:inbox", "flame", "view=risk", key="r"),
    Place("promises", _("Promises due"), "conversations:inbox", "heart-handshake", "view=promises", key="d"),
    Place("snoozed", _("Snoozed"), "conversations:inbox", "clock-pause", "view=snoozed", key="s"),
    Place("open", _("All open"), "conversations:inbox", "inbox", "view=open", key="o"),
    Place("closed", _("Closed"), "conversations:inbox", "archive", "view=closed", key="c"),
    Place("mentions", _("Mentions"), "conversations:mentions", "at", key="n"),
    Place(
        "closing",
        _("Closing"),
        "conversations:close_rules",
        "checks",
        role="admin",
        group="rules",
        note=_("What people say when they close a conversation, and whether the customer is asked."),
    ),
    Place("views", _("Saved views"), "conversations:views", "filter", key="v"),
    Place(
        "labels",
        _("Labels"),
        "conversations:labels",
        "tag",
        role="lead",
        group="words",
        note=_("Words of the shop's own for conversations."),
    ),
)
