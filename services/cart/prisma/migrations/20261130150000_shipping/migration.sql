-- Where a cart is shipped to and the option that the shopper chose. NULL while nothing was chosen.
ALTER TABLE cart
  ADD COLUMN country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN region VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN postal_code VARCHAR(20) COLLATE utf8mb4_unicode_ci NULL,
  ADD COLUMN shipping_option_id VARCHAR(44) CHARACTER SET ascii COLLATE ascii_bin NULL;
