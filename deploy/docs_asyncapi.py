"""A contract as an AsyncAPI 3.0 document: its topic, its messages and their JSON Schemas."""

from typing import Any, Final

import msgspec

from deploy.docs_catalogue import sentence
from shared.contracts.contract import Contract
from shared.kernel.envelope import Envelope, event_type
from shared.kernel.events import Event
from shared.platform.kafka import PARTITIONS, TOPIC_CONFIG

MEDIA_TYPE: Final = "application/cloudevents+json"
_SCHEMAS: Final = "#/components/schemas/{name}"
Document = dict[str, Any]


def asyncapi(contract: Contract) -> Document:
    """What the service sends; a consumer reads it to know what it will receive."""
    names = [f"{name}.v{version}" for name, (version, _) in contract.events.items()]
    channel = {"$ref": f"#/channels/{contract.service}"}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"campaign {contract.service}",
            "version": "1",
            "description": "Events of the service, keyed by league, kept forever, in each "
            "league's order. The same event may come twice: its league and version tell.",
        },
        "defaultContentType": MEDIA_TYPE,
        "channels": {contract.service: _channel(contract, names)},
        "operations": {
            "publish": {
                "action": "send",
                "channel": channel,
                "messages": [
                    {"$ref": f"#/channels/{contract.service}/messages/{name}"} for name in names
                ],
            }
        },
        "components": {
            "messages": {
                f"{name}.v{version}": _message(contract.service, name, version, cls)
                for name, (version, cls) in contract.events.items()
            },
            "schemas": _schemas(contract),
        },
    }


def _channel(contract: Contract, names: list[str]) -> Document:
    return {
        "address": contract.topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": contract.topic,
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": [TOPIC_CONFIG["cleanup.policy"]],
                    "retention.ms": int(TOPIC_CONFIG["retention.ms"]),
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(service: str, name: str, version: int, cls: type[Event]) -> Document:
    told = sentence(cls)
    return {
        "name": event_type(service, name, version),
        "title": name,
        **({"summary": told} if told else {}),
        "contentType": MEDIA_TYPE,
        "payload": {
            "allOf": [
                {"$ref": _SCHEMAS.format(name="Envelope")},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": event_type(service, name, version)},
                        "data": {"$ref": _SCHEMAS.format(name=cls.__name__)},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The league, as in the envelope."},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _schemas(contract: Contract) -> Document:
    """The envelope's schema, the events' and those they are made of, by class name."""
    classes = [Envelope, *(cls for _, cls in contract.events.values())]
    _, components = msgspec.json.schema_components(classes, ref_template=_SCHEMAS)
    return dict(sorted(components.items()))
