-- Taxes of an order. Orders from before there were tax rates have none, and their prices were final.
ALTER TABLE customer_order
  ADD COLUMN tax_included BOOLEAN NOT NULL DEFAULT TRUE,
  ADD COLUMN order_taxes TEXT COLLATE utf8mb4_unicode_ci NULL;
