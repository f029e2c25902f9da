-- Operators page through the orders of a promotion, the newest first.
ALTER TABLE promotion_use ADD KEY promotion_use_orders (promotion_id, order_id);
