"""The taxonomy's codes with their names for people (translated by the catalogues)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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

RISK_LEVELS: dict[str, str | Promise] = {
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "critical": _("Critical"),
}
