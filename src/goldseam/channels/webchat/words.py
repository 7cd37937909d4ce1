"""What the widget says, from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import Promise

WORDS: dict[str, str | Promise] = {
    "open": _("Chat with us"),
    "close": _("Close the chat"),
    "unread": _("{0} unread"),
    "log": _("Messages"),
    "earlier": _("Earlier messages"),
    "you": pgettext_lazy("chat", "You"),
    "team": _("Service team"),
    "bot": _("Automatic assistant"),
    "write": _("Write a message"),
    "send": _("Send"),
    "attach": _("Send a picture"),
    "remove": _("Remove"),
    "picture": _("Picture: {0}"),
    "person": _("Talk to a person"),
    "waiting": _("Waits to be sent"),
    "sent": _("Sent"),
    "seen": pgettext_lazy("message", "Read"),
    "failed": _("Not sent: {0}"),
    "again": _("Try again"),
    "typing": _("{0} is writing…"),
    "offline": _("No connection. What you write is sent as soon as it is back."),
    "back": _("Connected again."),
    "away": _("We are away at the moment. Back: {0}"),
    "away_open": _("We are away at the moment and answer as soon as we are back."),
    "here": _("We are here and answer soon."),
    "email": _("E-mail address"),
    "email_save": _("Answer me by e-mail"),
    "email_saved": _("If you are away, the answer goes to {0}."),
    "change": _("Change"),
    "verify": _("Find my order"),
    "verify_why": _("With these two we can see your order. Nobody else learns them."),
    "number": _("Order number"),
    "tail": _("Last four digits of the phone number"),
    "verify_send": _("Check the order"),
    "verified": _("Verified"),
    "rate": _("How did we do?"),
    "stars": _("{0} of 5"),
    "worst": _("Very bad"),
    "best": _("Very good"),
    "reason": _("What was it about?"),
    "reason_none": _("Nothing in particular"),
    "reason_speed": _("How fast it went"),
    "reason_solution": _("The solution"),
    "reason_manner": _("How I was treated"),
    "reason_goods": _("The goods"),
    "reason_parcel": _("The delivery"),
    "reason_other": _("Something else"),
    "comment": _("Anything else? (optional)"),
    "rate_send": _("Send the rating"),
    "rated": _("Thank you! You gave {0} of 5."),
    "too_large": _("{0} is too large; {1} MB at most."),
    "no_picture": _("{0} is no picture that we can show (JPEG, PNG, GIF, WebP)."),
    "needs_net": _("Pictures need a connection; please try again when it is back."),
    "closed": _("This conversation was closed. Write, and it opens again."),
    "again_later": _("That did not work. Please try again."),
    "new": _("New message from {0}"),
    "today": _("Today"),
    "larger": _("Show larger"),
    "close_picture": _("Close the picture"),
}
"""Every text of the widget by its name; "{0}" is filled in there."""


def widget_words() -> dict[str, str]:
    """The texts in the language that is active."""
    return {name: str(text) for name, text in WORDS.items()}
