"""Every operation of every service, asked right and wrong, answers as its OpenAPI document says."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.cli_client import Services
from deploy.local import Stack
from deploy.scenarios.nmg_2014.campaign import CAMPAIGN

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 15
# Half of the requests are about something that exists, so that they get past the first look-up.
AT_HOME = {
    "campaign": CAMPAIGN,
    "code": "150202001",
    "unit": "150202001",
    "league": "1502",
    "item": "hohhot-01",
    "programme": "bayannur-01",
    "team": "st-15-01",
    "person": "p-15-0001",
}
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def operations(url: str) -> Iterator[Any]:
    for found in schemathesis.openapi.from_url(f"{url}/openapi.json").get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def failures_of(operation: Any, headers: dict[str, str]) -> list[str]:
    """What the operation answered against its own document, once for each kind of failure."""
    failures: dict[str, str] = {}
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, at_home=st.booleans())
    def ask(case: Any, at_home: bool) -> None:
        if at_home and isinstance(case.path_parameters, dict):
            case.path_parameters |= {k: AT_HOME[k] for k in case.path_parameters if k in AT_HOME}
        if isinstance(case.query, dict):
            case.query.pop("speed", None)  # a replay would take as long as it says
        response = case.call(headers=headers)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                told = f"{operation.label}: {failure}\n{case.as_curl_command()}"
                failures.setdefault(f"{type(failure).__name__} {response.status_code}", told)

    ask()
    return list(failures.values())


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("service", ["units", "schedule", "supervision", "rectification", "status"])
def test_every_operation_answers_as_documented(
    stack: Stack, services: Services, service: str
) -> None:
    headers = {"Authorization": f"Bearer {services.token('service-15')}"}
    asked = list(operations(stack.urls[service]))
    failures = [told for operation in asked for told in failures_of(operation, headers)]

    assert len(asked) >= 8
    assert not failures, "\n\n".join(failures)
    stack.check()


def test_without_a_token_only_probes_are_answered(stack: Stack) -> None:
    answered: set[str] = set()
    for url in stack.urls.values():
        for operation in operations(url):
            names = [parameter.name for parameter in operation.path_parameters]
            path = operation.path.format(**{name: AT_HOME.get(name, "x") for name in names})
            answer = httpx.request(operation.method.upper(), url + path, trust_env=False)
            if answer.status_code != 401:
                answered.add(operation.path)
            else:
                assert answer.json()["code"] == "token-missing", operation.label

    assert answered == {"/livez", "/readyz", "/metrics"}
