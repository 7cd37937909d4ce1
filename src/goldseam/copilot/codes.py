"""The taxonomy's codes with their names for people (translated by the catalogues)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ISSUES: dict[str, str | Promise] = {
    "logistics.not_shipped": _("Not shipped yet"),
    "logistics.delay": _("Parcel late or stuck"),
    "logistics.lost": _("Parcel lost"),
    "logistics.false_delivery": _("Marked delivered, not received"),
    "logistics.damaged": _("Damaged in transit"),
    "logistics.courier_service": _("Courier service"),
    "logistics.tracking": _("Where is my parcel"),
    "product.defect": _("Defect"),
    "product.not_as_described": _("Not as described"),
    "product.wrong_item": _("Wrong item"),
    "product.missing": _("Parts or items missing"),
    "product.size_fit": _("Size does not fit"),
    "product.expired": _("Spoiled or expired"),
    "product.safety": _("Safety hazard"),
    "product.counterfeit": _("Authenticity doubted"),
    "product.how_to": _("How to use"),
    "order.cancel": _("Cancel order"),
    "order.change": _("Change order"),
    "refund.return": _("Return for refund"),
    "refund.exchange": _("Exchange"),
    "refund.progress": _("Refund progress"),
    "refund.rejected": _("Refund refused"),
    "refund.freight": _("Return freight"),
    "price.protection": _("Price protection"),
    "promo.dispute": _("Promotion or gift dispute"),
    "payment.issue": _("Payment problem"),
    "invoice": _("Invoice"),
    "warranty.repair": _("Warranty and repair"),
    "service.attitude": _("Complaint about service"),
    "account.privacy": _("Account and privacy"),
    "praise": _("Praise"),
    "other": _("Other"),
}

EMOTIONS: dict[str, str | Promise] = {
    "calm": _("Calm"),
    "anxious": _("Anxious"),
    "disappointed": _("Disappointed"),
    "angry": _("Angry"),
    "distressed": _("Distressed"),
    "grateful": _("Grateful"),
}

SIGNALS: dict[str, str | Promise] = {
    "regulator": _("Mentions a regulator"),
    "platform": _("Calls the platform in"),
    "legal": _("Mentions legal steps"),
    "media": _("Mentions media or exposure"),
    "bad_review": _("Threatens a bad review"),
    "chargeback": _("Chargeback"),
    "repeat_contact": _("Has asked before"),
    "churn": _("Says goodbye for good"),
    "vulnerable": _("Vulnerable or urgent situation"),
    "injury": _("Injury"),
    "self_harm": _("Self-harm"),
    "threat_to_staff": _("Threat to staff"),
    "abuse": _("Abusive words"),
    "fraud_suspect": _("Possible fraud"),
}

TONES: dict[str, str | Promise] = {
    "blame": pgettext_lazy("tone", "Blame"),
    "denial": pgettext_lazy("tone", "Denial"),
    "cold": pgettext_lazy("tone", "Cold"),
    "template": pgettext_lazy("tone", "Stock phrase"),
    "command": pgettext_lazy("tone", "Command"),
    "sarcasm": pgettext_lazy("tone", "Sarcasm"),
    "no_acknowledgement": pgettext_lazy("tone", "Their loss is not acknowledged"),
    "no_next_step": pgettext_lazy("tone", "No next step"),
    "absolute": pgettext_lazy("tone", "Too absolute"),
    "other": pgettext_lazy("tone", "May hurt"),
}

PARTIES: dict[str, str | Promise] = {
    "seller": _("Seller"),
    "warehouse": _("Warehouse"),
    "carrier": _("Carrier"),
    "manufacturer": _("Manufacturer"),
    "platform": _("Platform"),
    "buyer": _("Buyer"),
    "unclear": _("Unclear"),
}

REMEDIES: dict[str, str | Promise] = {
    "explain": _("Explain"),
    "lookup": _("Look up"),
    "troubleshoot": _("Troubleshoot"),
    "expedite": _("Expedite"),
    "reship": _("Send again"),
    "replace": _("Replace"),
    "exchange": _("Exchange"),
    "return_refund": _("Return and refund"),
    "refund_only": _("Refund without return"),
    "partial_refund": _("Partial refund"),
    "price_adjust": _("Refund the price difference"),
    "coupon": _("Coupon"),
    "gift": _("Gift"),
    "freight_refund": _("Refund the freight"),
    "cancel_order": _("Cancel the order"),
    "change_order": _("Change the order"),
    "issue_invoice": _("Issue the invoice"),
    "schedule_service": _("Book a service visit"),
    "repair": _("Repair"),
    "carrier_claim": _("Claim from the carrier"),
    "review_reward": _("Review reward"),
    "escalate_supervisor": _("Bring in a lead"),
    "escalate_safety": _("Bring in product safety"),
    "escalate_crisis": _("Crisis protocol"),
    "dispute": _("Open a dispute"),
}
ASKED: dict[str, str | Promise] = {**REMEDIES, "wording": _("Wording of a reply")}
"""What approval is asked for: a remedy, or the words of a reply."""

RISK_LEVELS: dict[str, str | Promise] = {
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "critical": _("Critical"),
}

HANDOVERS: dict[str, str | Promise] = {
    "customer_request": _("The customer asks for a person"),
    "high_risk": _("High risk"),
    "low_confidence": _("Not understood well enough"),
    "policy": _("The policy asks for a person"),
    "crisis": _("Crisis"),
    "safety": _("Safety"),
    "missing_knowledge": _("Knowledge is missing"),
    "tool_failure": _("A tool failed"),
    "turn_limit": _("Too many turns without a solution"),
}

ORDER_REASONS: dict[str, str | Promise] = {
    "order_number": _("the customer gives its number"),
    "tracking_number": _("the customer gives its tracking number"),
    "last_digits": _("the customer gives its last digits"),
    "sku": _("the customer names the article number"),
    "item_words": _("the customer names the goods"),
    "only_order": _("the customer's only order"),
    "only_fitting_order": _("the only order that fits"),
    "clues": _("several clues"),
    "answer": _("the customer's answer"),
    "confirmed": _("the customer confirms it"),
    "price": _("the price fits"),
    "date": _("the date fits"),
    "state": _("its state fits"),
    "order_of_time": _("the customer says which one by time"),
}

FACTORS: dict[str, str | Promise] = {
    "base": _("Where every conversation starts"),
    "issue": pgettext_lazy("reason of a risk", "Kind of issue"),
    "several_issues": _("Several issues at once"),
    "mood_now": _("Mood now"),
    "mood_angry": _("Anger"),
    "mood_disappointed": _("Disappointment"),
    "mood_distressed": _("Distress"),
    "mood_anxious": _("Worry"),
    "mood_peak": _("Strongest mood so far"),
    "mood_rising": _("Mood is rising"),
    "mood_falling": _("Mood is calming down"),
    "grateful": _("Thanks"),
    "own_promise_broken": _("A promise of ours broken"),
    "promise_broken": _("Delivery promise broken"),
    "promise_broken_ship": _("Shipping promise broken"),
    "ship_promise_broken": _("Shipped later than promised"),
    "stalled": _("Parcel does not move"),
    "carrier_lost": _("Carrier reports a loss"),
    "carrier_damaged": _("Carrier reports damage"),
    "delivery_disputed": _("Delivery disputed"),
    "order_value": _("Value of the order"),
    "repeat_contact": _("Repeated contact"),
    "former_complaints": _("Former complaints"),
    "former_refunds": _("Former refunds"),
    "first_order": _("First order"),
    "waiting": _("Waiting for an answer"),
    "slow_answer": _("Answered slowly"),
    "unanswered_questions": _("Questions left open"),
    "repeated": _("Says it again"),
    "turns": _("Length of the conversation"),
    "customer_last": _("The customer had the last word"),
    "agent_refusal": _("Refused"),
    "agent_last_refusal": _("Last answer was a refusal"),
    "agent_stalling": _("Put off"),
    "agent_last_stalling": _("Last answer put off"),
    "agent_elsewhere": _("Sent elsewhere"),
    "agent_last_elsewhere": _("Last answer sent elsewhere"),
    "agent_blame": _("The customer was blamed"),
    "agent_script_only": _("Script phrases only"),
    "agent_action": _("Something was done"),
    "agent_last_action": _("Last answer did something"),
    "agent_offer": _("An offer was made"),
    "agent_asking": _("Questions were asked"),
    "agent_apology": _("An apology was made"),
    "customer_accuses": _("Accuses the shop"),
    "customer_last_accuses": _("Last word: accuses"),
    "customer_urges": _("Urges"),
    "customer_last_urges": _("Last word: urges"),
    "customer_asks_help": _("Asks for help"),
    "customer_last_pushback": _("Last word: pushes back"),
    "customer_last_denies": _("Last word: says no"),
    "customer_last_question": _("Last word: asks on"),
    "said_again": _("Last word: says it once more"),
    "customer_money": _("Speaks of money"),
    "customer_thanked": _("Thanked a moment ago"),
    "agent_last_closing": _("Last answer took leave"),
    "customer_cooperates": _("Cooperates"),
    "long_story": _("A long story"),
    "customer_unsolved": _("Says it is not solved"),
    "customer_last_unsolved": _("Last word: not solved"),
    "customer_rejects": _("Rejects the offer"),
    "customer_last_rejects": _("Last word: rejects"),
    "customer_last_thanks": _("Last word: thanks"),
    "customer_last_solved": _("Last word: solved"),
    "customer_last_agrees": _("Last word: agrees"),
    "words": _("Wording"),
}
"""Names of the risk's addends; `signal_<code>` is named by SIGNALS, any other code stands for itself."""


def factor_name(code: str) -> str | Promise:
    """What a risk factor is called."""
    if code.startswith("signal_"):
        return SIGNALS.get(code.removeprefix("signal_"), code)
    return FACTORS.get(code, code)
