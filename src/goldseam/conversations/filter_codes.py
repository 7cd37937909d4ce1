"""The codes that a filter may name; words for people are the templates' business."""

from __future__ import annotations

ISSUE_GROUPS: dict[str, tuple[str, ...]] = {
    "logistics": (
        "logistics.not_shipped",
        "logistics.delay",
        "logistics.lost",
        "logistics.false_delivery",
        "logistics.damaged",
        "logistics.courier_service",
        "logistics.tracking",
    ),
    "product": (
        "product.defect",
        "product.not_as_described",
        "product.wrong_item",
        "product.missing",
        "product.size_fit",
        "product.expired",
        "product.safety",
        "product.counterfeit",
        "product.how_to",
    ),
    "order": ("order.cancel", "order.change"),
    "refund": (
        "refund.return",
        "refund.exchange",
        "refund.progress",
        "refund.rejected",
        "refund.freight",
    ),
    "money": ("price.protection", "promo.dispute", "payment.issue", "invoice"),
    "service": ("warranty.repair", "service.attitude", "account.privacy"),
    "rest": ("praise", "other"),
}
"""Every issue of the taxonomy stands in one group; a group is what one desk of a shop takes care of."""

ISSUES = tuple(code for codes in ISSUE_GROUPS.values() for code in codes)
EMOTIONS = ("calm", "anxious", "disappointed", "angry", "distressed", "grateful")
RISKS = ("low", "medium", "high", "critical")
PRIORITIES = ("P0", "P1", "P2", "P3")
PARTIES = ("seller", "warehouse", "carrier", "manufacturer", "platform", "buyer", "unclear")
HANDOVERS = (
    "customer_request",
    "high_risk",
    "low_confidence",
    "policy",
    "crisis",
    "safety",
    "missing_knowledge",
    "tool_failure",
    "turn_limit",
)
REMEDIES = (
    "explain",
    "lookup",
    "troubleshoot",
    "expedite",
    "reship",
    "replace",
    "exchange",
    "return_refund",
    "refund_only",
    "partial_refund",
    "price_adjust",
    "coupon",
    "gift",
    "freight_refund",
    "cancel_order",
    "change_order",
    "issue_invoice",
    "schedule_service",
    "repair",
    "carrier_claim",
    "review_reward",
    "escalate_supervisor",
    "escalate_safety",
    "escalate_crisis",
    "dispute",
)
ORDER_STATES = (
    "pending_payment",
    "paid",
    "processing",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
    "refunding",
    "refunded",
)
