-- What shipping and taxes are calculated from. A row that an older catalog announced has the defaults of the price calculation.
ALTER TABLE variant
  ADD COLUMN tax_class VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'standard',
  ADD COLUMN weight_grams INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN requires_shipping BOOLEAN NOT NULL DEFAULT TRUE;
