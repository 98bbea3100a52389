"""The command line's way to the services: addresses, tokens, and failures as one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from deploy.layout import SERVICES, Ports
from deploy.problems import CannotRun

_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Services:
    """Where the APIs, the workers' metrics and the token issuer are; tokens are asked for once."""

    apis: Mapping[str, str]
    workers: Mapping[str, str]
    issuer: str
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on(cls, ports: Ports, moved: Mapping[str, str] | None = None) -> Self:
        """As the local stack lays them out, except what `moved` names (`UNITS_URL`, ...)."""
        moved = moved or {}

        def url(name: str, key: str) -> str:
            return (moved.get(key) or ports.url(name)).rstrip("/")

        names = [service.name for service in SERVICES]
        return cls(
            {name: url(f"{name}-api", f"{name.upper()}_URL") for name in names},
            {name: url(f"{name}-worker", f"{name.upper()}_WORKER_URL") for name in names},
            url("issuer", "ISSUER_URL"),
        )

    def token(self, account: str) -> str:
        """A bearer token of the local issuer for an account such as `clerk-1502`."""
        if account not in self._tokens:
            answer = _asked("POST", f"{self.issuer}/token", json={"account": account})
            self._tokens[account] = answer.json()["access_token"]
        return self._tokens[account]

    def get(
        self, service: str, path: str, account: str, *, consistency_token: str = "", **params: str
    ) -> Any:
        """The JSON answer of one of the APIs."""
        return self._get(service, path, account, consistency_token, params).json()

    def post(
        self, service: str, path: str, account: str, body: object = None, **params: str
    ) -> Any:
        """Ask one of the APIs to do what the path and the body say; the JSON answer."""
        headers = {"Authorization": f"Bearer {self.token(account)}"}
        url = self.apis[service] + path
        return _asked("POST", url, headers=headers, json=body, params=params).json()

    def file(self, service: str, path: str, account: str, **params: str) -> bytes:
        """The answer as it comes, for what is no JSON."""
        return self._get(service, path, account, "", params).content

    def _get(
        self,
        service: str,
        path: str,
        account: str,
        consistency_token: str,
        params: Mapping[str, str],
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(account)}"}
        if consistency_token:
            headers["Consistency-Token"] = consistency_token
        return _asked("GET", self.apis[service] + path, headers=headers, params=params)

    def metrics(self, service: str) -> str:
        """What the service's worker measures, in Prometheus' text form."""
        return _asked("GET", f"{self.workers[service]}/metrics").text


class Refused(CannotRun):
    """A service answered with a problem document; `code` is the document's."""

    def __init__(self, answer: httpx.Response) -> None:
        told = _members(answer)
        self.code = told.get("code", f"http-{answer.status_code}")
        self.is_for_later = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        zh = told.get("detail_zh") or told.get("detail") or "请求被拒绝。 The request was refused."
        super().__init__(zh, f"{told.get('detail_en', '')} ({self.code})".lstrip())


def _asked(method: str, url: str, **arguments: Any) -> httpx.Response:
    try:
        with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
            answer = client.request(method, url, **arguments)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise CannotRun(
            f"无法连接 {url},系统是否已启动(campaign up)?",
            f"{url} cannot be reached ({type(error).__name__}): is the stack running (campaign up)?",
        ) from error
    if not answer.is_success:
        raise Refused(answer)
    return answer


def _members(answer: httpx.Response) -> dict[str, str]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
