-- By age, so that the oldest keys are found without reading the others; see idempotency.py.
create index idempotency_keys_stored on idempotency_keys (stored_at);
