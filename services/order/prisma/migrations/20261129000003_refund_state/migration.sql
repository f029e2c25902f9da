-- Refunds that failed are looked for by operators.
CREATE INDEX refund_state ON refund (state, order_id, id);
