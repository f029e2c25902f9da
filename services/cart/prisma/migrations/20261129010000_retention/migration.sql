-- Closed carts, and what is known of orders and merges, are deleted after a while.
ALTER TABLE cart ADD KEY cart_closed (open_for, updated_at);
ALTER TABLE cart_merge ADD KEY cart_merge_created (created_at);
-- Unknown for rows that are older than this column: they count as made now.
ALTER TABLE cart_order ADD COLUMN created_at DATETIME(6) NULL;
UPDATE cart_order SET created_at = COALESCE(cancelled_at, closed_at, UTC_TIMESTAMP(6));
ALTER TABLE cart_order MODIFY COLUMN created_at DATETIME(6) NOT NULL, ADD KEY cart_order_created (created_at);
