-- Whether the search index was last told that an SKU can be had: only when that changes does a document go out of date.
CREATE TABLE search_stock (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  in_stock BOOLEAN NOT NULL,
  version BIGINT UNSIGNED NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
