-- What a refund credits: the goods that it pays for, and the parts of the order with their own taxes.
ALTER TABLE refund ADD COLUMN credit LONGTEXT COLLATE utf8mb4_unicode_ci NULL;
