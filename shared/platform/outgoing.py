"""Outgoing: what a worker does for the events its service records, beside answering commands."""

from datetime import timedelta

from shared.contracts.contract import Contract
from shared.platform.idempotency import KeyExpiry
from shared.platform.metrics import Metrics
from shared.platform.postgres import Pool
from shared.platform.relay import Relay
from shared.platform.relay_lag import RelayLag
from shared.platform.running import Part
from shared.platform.settings import Settings


class Outgoing:
    """The relay, the measure of its lag, and the forgetting of old idempotency keys."""

    def __init__(
        self, settings: Settings, schema: str, contract: Contract, pool: Pool, metrics: Metrics
    ) -> None:
        age = timedelta(days=settings.idempotency_days)
        self._relay = Relay(settings.database_url, schema, contract, settings.kafka, metrics)
        lag = RelayLag(pool, contract.service, metrics)
        keys = KeyExpiry(pool, contract.service, metrics, age)
        self.parts: tuple[Part, ...] = (self._relay.run, lag.run, keys.run)

    def missing(self) -> dict[str, str]:
        """What keeps the relay from its work; empty when nothing does."""
        state, advice = self._relay.state, self._relay.advice
        if state in {"leading", "standby"}:
            return {}
        return {"relay": state} | ({"advice": advice} if advice else {})
