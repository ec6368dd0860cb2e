"""What /metrics tells. No label holds personal text or an unbounded value."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("chat_requests_total", "HTTP requests", ["route", "status"])
REQUEST_SECONDS = Histogram("chat_request_seconds", "Time to an HTTP answer's headers", ["route"],
                            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))
TURNS = Counter("chat_turns_total", "Turns by how they ended", ["outcome"])
TURN_SECONDS = Histogram("chat_turn_seconds", "A turn from claim to end",
                         buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 64))
FIRST_SENTENCE_SECONDS = Histogram("chat_first_sentence_seconds", "From the claim of a turn to its first sentence",
                                   buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32))
STREAMS = Gauge("chat_event_streams", "Open event streams of this process")
RUNNING = Gauge("chat_turns_running", "Turns that this process is answering")
WAITING = Gauge("chat_turns_waiting", "Turns queued and running, in the store")
TICKETS = Gauge("chat_tickets_waiting", "Tickets that wait for an agent")
MODEL_RESTS = Gauge("chat_model_rests", "1 while the breaker keeps questions from the model")
MODEL_FAILURES = Counter("chat_model_failures_total", "Proposals that failed or came late")
WEBHOOKS = Counter("chat_webhook_tries_total", "Tries to tell a webhook, by what came of them", ["outcome"])
DRIFT = Gauge("chat_drift_alarms", "Alarms of drift of the adapter in service, at the last look")
