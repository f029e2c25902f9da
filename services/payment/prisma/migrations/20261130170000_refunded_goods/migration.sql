-- What a refund pays for, from order.refund-requested: its outcome and the mail show it.
ALTER TABLE payment_refund ADD COLUMN goods MEDIUMTEXT COLLATE utf8mb4_unicode_ci NULL;
