"""Settings every service has; read once, in its main."""

from typing import TYPE_CHECKING

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from shared.platform.kafka import KafkaAddress


class Settings(BaseSettings):
    """From the environment; the names are the fields' in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str
    kafka_bootstrap_servers: str
    kafka_idempotence: bool = True
    kafka_replication_factor: int = 1
    issuer_url: str
    host: str = "127.0.0.1"
    port: int
    metrics_port: int
    log_level: str = "INFO"
    pool_size: int = Field(default=10, ge=2)
    pool_ready: int = Field(default=4, ge=0)
    units_url: str = ""
    schedule_url: str = ""
    supervision_url: str = ""
    rectification_url: str = ""
    status_url: str = ""
    completeness_seconds: float = Field(default=30, gt=0)
    idempotency_days: float = Field(default=30, gt=0)
    service_account: str = "service-15"

    @property
    def kafka(self) -> "KafkaAddress":
        from shared.platform.kafka import KafkaAddress  # noqa: PLC0415 - an API speaks to no broker

        return KafkaAddress(
            self.kafka_bootstrap_servers, self.kafka_idempotence, self.kafka_replication_factor
        )

    @property
    def service_urls(self) -> dict[str, str]:
        """Addresses of the services that publish events, by name."""
        return {
            "units": self.units_url,
            "schedule": self.schedule_url,
            "supervision": self.supervision_url,
            "rectification": self.rectification_url,
        }
