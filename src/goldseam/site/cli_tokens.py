"""Keys for a shop's programs, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from goldseam.site.running import checked_environment, database, fail, say, setup_django

if TYPE_CHECKING:
    from goldseam.people.models import Shop

app = typer.Typer(add_completion=False)
token = typer.Typer(help="Issue, list and revoke the API tokens of a shop.", no_args_is_help=True)
app.add_typer(token, name="token")

ShopOption = Annotated[str, typer.Option(help="Short name of the shop.")]


@token.command("issue")
def issue(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    shop: ShopOption,
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do; repeat for several, all when left out.")
    ] = None,
) -> None:
    """Issue a token. The secret is printed alone on standard output, this one time."""
    with _shop(shop) as found:
        from goldseam.core.errors import DomainError
        from goldseam.people.actions import SCOPES, issue_token

        try:
            _, secret = issue_token(found, name, scope or SCOPES, actor="cli")
        except DomainError as error:
            fail(f"{error.message} Known scopes: {', '.join(SCOPES)}.", 2)
        typer.echo(secret)


@token.command("list")
def list_tokens(shop: ShopOption) -> None:
    """List a shop's tokens."""
    with _shop(shop) as found:
        from goldseam.people.queries import tokens_of

        for row in tokens_of(found.pk):
            state = "revoked" if row.revoked_at else "live"
            typer.echo(f"{row.pk}\t{row.prefix}…\t{state}\t{row.name}\t{','.join(row.scopes)}")


@token.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number, as `goldseam token list` shows it.")],
    shop: ShopOption,
) -> None:
    """Let a token open nothing any more."""
    with _shop(shop) as found:
        from goldseam.core.errors import NotFound
        from goldseam.people.actions import revoke_token
        from goldseam.people.queries import token_of_shop

        try:
            revoke_token(token_of_shop(found.pk, number), actor="cli")
        except NotFound:
            fail(f"The shop {shop} has no token {number}; see `goldseam token list --shop {shop}`.", 2)
        say("token", f"{number} revoked")


@contextmanager
def _shop(slug: str) -> Iterator[Shop]:
    with database(checked_environment()):
        setup_django()
        from goldseam.people.queries import all_shops

        shops = {shop.slug: shop for shop in all_shops()}
        if slug not in shops:
            fail(f"There is no shop {slug!r}; there are: {', '.join(shops) or 'none yet'}.", 2)
        yield shops[slug]
