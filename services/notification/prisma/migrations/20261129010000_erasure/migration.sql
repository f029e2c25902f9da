-- A mail about an order of a closed account that still runs: it is sent, and then forgotten.
ALTER TABLE message ADD COLUMN erase_when_sent BOOLEAN NOT NULL DEFAULT FALSE, ADD KEY message_created (created_at);
