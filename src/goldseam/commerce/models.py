"""The mirror of the shop: customers, products, orders, parcels and their scans, refunds.

Rows come from the shop's own systems and are found again by `external_id`, so a repeated import or push
changes nothing. Money is decimal in the row's currency; moments are timezone-aware.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderStatus(models.TextChoices):
    """The states of the assess contract."""

    PENDING_PAYMENT = "pending_payment", _("Pending payment")
    PAID = "paid", _("Paid")
    PROCESSING = "processing", _("Processing")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    REFUNDING = "refunding", _("Refunding")
    REFUNDED = "refunded", _("Refunded")


class ScanStatus(models.TextChoices):
    """What a carrier's scan says."""

    CREATED = "created", _("Created")
    PICKED_UP = "picked_up", _("Picked up")
    IN_TRANSIT = "in_transit", _("In transit")
    OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
    DELIVERED = "delivered", _("Delivered")
    FAILED_ATTEMPT = "failed_attempt", _("Delivery failed")
    EXCEPTION = "exception", _("Exception")
    DAMAGED = "damaged", _("Damaged")
    LOST = "lost", _("Lost")
    RETURNED = "returned", _("Returned")


class RefundStatus(models.TextChoices):
    """How far a refund has come."""

    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    PAID = "paid", pgettext_lazy("refund", "Paid")


class Customer(models.Model):
    """A buyer. `attributes` keeps what the shop tells beyond these columns."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE)
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10, blank=True)
    attributes = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_customer_per_id")]
        indexes = [models.Index(fields=["shop", "phone"], name="customer_by_phone")]

    def __str__(self) -> str:
        return self.name or self.external_id


class Product(models.Model):
    """Something the shop sells; `external_id` is the SKU."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE)
    external_id = models.CharField(max_length=120)
    title = models.CharField(max_length=500)
    category = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="CNY")
    description = models.TextField(blank=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_product_per_id")]

    def __str__(self) -> str:
        return self.title


class Order(models.Model):
    """A purchase, with what was promised and what happened."""

    shop = models.ForeignKey("people.Shop", on_delete=models.CASCADE)
    external_id = models.CharField(max_length=120)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="orders")
    status = models.CharField(max_length=20, choices=OrderStatus.choices)
    placed_at = models.DateTimeField(null=True)
    promised_ship_by = models.DateTimeField(null=True)
    promised_delivery_by = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    total = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    payment_method = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "external_id"], name="one_order_per_id")]
        indexes = [models.Index(fields=["customer", "-placed_at"], name="order_by_customer")]

    def __str__(self) -> str:
        return self.external_id


class OrderItem(models.Model):
    """One line of an order; `price` per piece."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=500, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="one_item_per_position")]

    def __str__(self) -> str:
        return self.title or self.sku


class Parcel(models.Model):
    """A shipment of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    tracking_no = models.CharField(max_length=120)
    carrier = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "tracking_no"], name="one_parcel_per_number")]
        indexes = [models.Index(fields=["tracking_no"], name="parcel_by_number")]

    def __str__(self) -> str:
        return self.tracking_no


class Scan(models.Model):
    """One carrier event of a parcel."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="scans")
    position = models.PositiveSmallIntegerField()
    at = models.DateTimeField(null=True)
    status = models.CharField(max_length=20, choices=ScanStatus.choices, blank=True)
    location = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["parcel", "position"], name="one_scan_per_position")]

    def __str__(self) -> str:
        return f"{self.at} {self.status}"


class Refund(models.Model):
    """Money on its way back."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    external_id = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")
    status = models.CharField(max_length=20, choices=RefundStatus.choices)
    reason = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "external_id"], name="one_refund_per_id")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class ProofTry(models.Model):
    """A wrong try to prove an order: under the visitor's key, once more under the order number's, and under
    the key of both."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="proof_try_by_key"),
            models.Index(fields=["at"], name="proof_try_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} at {self.at}"


class ProofSecret(models.Model):
    """What a shop's own server signs its customers' tokens with."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.shop_id} since {self.made_at}"
