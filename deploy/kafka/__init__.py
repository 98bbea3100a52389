"""Apache Kafka from its Maven artifacts, run natively on this machine."""
