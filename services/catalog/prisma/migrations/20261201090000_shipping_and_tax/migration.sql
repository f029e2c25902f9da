-- What shipping and taxes are calculated from. The defaults are those of the price calculation.
ALTER TABLE product ADD COLUMN tax_class VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'standard';
ALTER TABLE variant
  ADD COLUMN weight_grams INT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN requires_shipping BOOLEAN NOT NULL DEFAULT TRUE;
