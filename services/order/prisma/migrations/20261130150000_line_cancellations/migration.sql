-- Units that were cancelled before they were shipped, and shipments that an operator made in spite of a dispute.
ALTER TABLE customer_order ADD COLUMN line_cancellations LONGTEXT COLLATE utf8mb4_unicode_ci NULL;
ALTER TABLE shipment ADD COLUMN despite_dispute VARCHAR(500) COLLATE utf8mb4_unicode_ci NULL;
