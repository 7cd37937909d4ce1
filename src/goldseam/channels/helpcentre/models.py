"""How a shop's public help centre looks and what it shows."""

from __future__ import annotations

from django.db import models


class HelpCentre(models.Model):
    """One shop's. `colour` is six hexadecimal digits; `kinds` are the kinds of articles that it shows, of
    which only those open to customers are seen; `contact` is an address of a page or of mail. English texts
    that are empty give way to the Chinese ones, empty titles to the shop's name."""

    shop = models.OneToOneField("people.Shop", on_delete=models.CASCADE, related_name="+")
    is_on = models.BooleanField(default=False)
    title = models.CharField(max_length=80, blank=True)
    title_en = models.CharField(max_length=80, blank=True)
    intro = models.CharField(max_length=500, blank=True)
    intro_en = models.CharField(max_length=500, blank=True)
    colour = models.CharField(max_length=6, default="1f3a5f")
    kinds = models.JSONField(default=list)
    contact = models.CharField(max_length=300, blank=True)
    shows_orders = models.BooleanField(default=True)
    in_search_engines = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"help centre of {self.shop_id}"

    def title_in(self, language: str) -> str:
        """Its name in "zh" or "en"."""
        return (self.title_en if language == "en" else "") or self.title or self.shop.name

    def intro_in(self, language: str) -> str:
        """Its first words in "zh" or "en"."""
        return (self.intro_en if language == "en" else "") or self.intro

    @property
    def contact_address(self) -> str:
        """What a link to the contact leads to; empty without one."""
        is_mail = "@" in self.contact and "/" not in self.contact
        return f"mailto:{self.contact}" if is_mail else self.contact
