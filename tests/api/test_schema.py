"""The API keeps its own description: generated calls never crash it and get described answers."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from goldseam.people.actions import SCOPES, issue_token
from goldseam.people.models import Shop
from goldseam.site.api import api

OPERATIONS = sorted(
    operation["operationId"]
    for path in api.get_openapi_schema()["paths"].values()
    for operation in path.values()
)


@pytest.fixture(scope="module")
def described() -> schemathesis.BaseSchema:
    """The description as the site serves it; calls run inside the test's transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.mark.parametrize("name", OPERATIONS)
def test_generated_calls(db: None, described: schemathesis.BaseSchema, name: str) -> None:
    shop = Shop.objects.create(slug="generated", name="generated")
    _, secret = issue_token(shop, "test", SCOPES, actor="test")
    operation = described.find_operation_by_id(name)

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        # a description cannot say "a new order needs a status" or "the cursor must be one of ours"
        case.call_and_validate(
            headers={"Authorization": f"Bearer {secret}"}, excluded_checks=[positive_data_acceptance]
        )

    check()
