-- Whether goods that are sold while a cancellation waits go back on the shelf: whoever cancels says so.
ALTER TABLE customer_order ADD COLUMN cancel_restock BOOLEAN NOT NULL DEFAULT TRUE;
