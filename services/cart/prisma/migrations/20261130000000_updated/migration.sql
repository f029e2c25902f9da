-- Carts that changed within a day are counted from the index alone.
ALTER TABLE cart ADD KEY cart_updated (updated_at, open_for);
