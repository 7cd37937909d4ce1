"""Shops, the people who work for them, and the programs that speak for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do in a shop; each includes the ones before."""

    AGENT = "agent", _("Agent")
    LEAD = "lead", _("Lead")
    ADMIN = "admin", _("Admin")


class Presence(models.TextChoices):
    """Whether new work may come to a person."""

    AVAILABLE = "available", _("Available")
    AWAY = "away", _("Away")


class Theme(models.TextChoices):
    """The colours of a person's pages; `auto` follows the device."""

    AUTO = "auto", _("Like the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How much room the lines of a list take."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class Shop(models.Model):
    """A shop is the border that no data crosses."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="zh-CN")
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class AgentManager(BaseUserManager["Agent"]):
    """Creates people; e-mail addresses are compared without regard to case."""

    def create_user(self, email: str, password: str | None, name: str, **fields: object) -> Agent:
        """A person who can sign in (or not, with password None)."""
        agent = self.model(email=email.strip().lower(), name=name, **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, username: str | None) -> Agent:
        return self.get(email=(username or "").strip().lower())


class Agent(AbstractBaseUser):
    """A person who works here. What they may do hangs on their memberships. Somebody away comes back by
    themselves at `away_until`, or by hand when it is empty. `keys` maps an action of the keyboard to the
    key that this person chose ({"reply": "r"}); actions that are not named have their usual key."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=10, default="zh-hans")
    timezone = models.CharField(max_length=64, default="Asia/Shanghai")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    presence = models.CharField(max_length=10, choices=Presence.choices, default=Presence.AVAILABLE)
    away_until = models.DateTimeField(null=True)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMFORTABLE)
    sounds = models.BooleanField(default=False)
    desktop_notices = models.BooleanField(default=False)
    signature = models.TextField(blank=True)
    keys = models.JSONField(default=dict)

    objects: ClassVar[AgentManager] = AgentManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in one shop, with the amount they may grant on their own per case."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="memberships")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AGENT)
    limit = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "agent"], name="one_membership_per_shop")]

    def __str__(self) -> str:
        return f"{self.agent} @ {self.shop}: {self.role}"


class Departure(models.Model):
    """Somebody who no longer works for a shop, and what they were there: it opens nothing, and is what one
    needs to let them come back."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="departures")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="departures")
    role = models.CharField(max_length=10, choices=Role.choices)
    limit = models.DecimalField(max_digits=10, decimal_places=2)
    left_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "agent"], name="one_departure_per_shop")]

    def __str__(self) -> str:
        return f"{self.agent} left {self.shop}"


class Team(models.Model):
    """Some people of a shop who share work, with somebody who leads them."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=80)
    lead = models.ForeignKey(Agent, on_delete=models.SET_NULL, null=True, related_name="leads")
    members = models.ManyToManyField(Membership, related_name="teams")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="one_team_per_name")]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A program's key to one shop. Only a hash is kept; `scopes` is a list such as ["orders:write"]."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
