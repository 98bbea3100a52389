"""The platform: PostgreSQL, Kafka and HTTP as every service uses them."""
