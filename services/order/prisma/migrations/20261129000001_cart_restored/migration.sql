-- Whether the lines of a cancelled order went back into a cart: only those of one that was unpaid when it was cancelled do.
ALTER TABLE customer_order ADD COLUMN cart_restored BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE customer_order SET cart_restored = TRUE WHERE status = 'cancelled' AND captured_minor = 0;
