-- What operators search orders by, beside number and address. The name is computed from the addresses, so it is erased with them.
ALTER TABLE customer_order ADD COLUMN recipient_name VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
  GENERATED ALWAYS AS (LEFT(JSON_UNQUOTE(JSON_EXTRACT(addresses, '$.shipping.name')), 120)) VIRTUAL;
CREATE INDEX customer_order_recipient ON customer_order (recipient_name, created_at, id);
CREATE INDEX shipment_tracking ON shipment (tracking_number, order_id);

-- One row per order and SKU, in lower case.
CREATE TABLE order_sku (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (sku, order_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
INSERT IGNORE INTO order_sku (sku, order_id)
  SELECT LOWER(line.sku), o.id
  FROM customer_order o
  JOIN JSON_TABLE(o.order_lines, '$[*]' COLUMNS (sku VARCHAR(64) CHARACTER SET utf8mb4 PATH '$.sku')) line;
