-- A SKU is spelled in upper case. One whose upper case is another variant's SKU keeps its spelling: the invariant `catalog-sku-spelling` names it,
-- and nothing is merged.
CREATE TEMPORARY TABLE respelled (
  sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  normal VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
);
INSERT INTO respelled (sku, normal)
SELECT MIN(spelled.sku), spelled.normal
FROM (SELECT sku, UPPER(sku) AS normal FROM variant) spelled
GROUP BY spelled.normal
HAVING COUNT(*) = 1 AND MIN(spelled.sku) <> spelled.normal;

UPDATE variant v JOIN respelled r ON r.sku = v.sku SET v.sku = r.normal;
UPDATE stock_level s JOIN respelled r ON r.sku = s.sku SET s.sku = r.normal;
UPDATE stock_movement m JOIN respelled r ON r.sku = m.sku SET m.sku = r.normal;
UPDATE search_stock s JOIN respelled r ON r.sku = s.sku SET s.sku = r.normal;

-- What is kept as JSON holds SKUs and quantities and nothing else: all of it in upper case but the names of its members.
CREATE TEMPORARY TABLE kept_spelling AS SELECT sku FROM variant WHERE sku <> UPPER(sku);
UPDATE reservation SET stock_lines = REPLACE(REPLACE(UPPER(stock_lines), '"SKU":', '"sku":'), '"QUANTITY":', '"quantity":')
WHERE NOT EXISTS (SELECT 1 FROM kept_spelling k WHERE INSTR(CAST(stock_lines AS BINARY), CAST(CONCAT('"', k.sku, '"') AS BINARY)) > 0);
UPDATE stock_return SET stock_lines = REPLACE(REPLACE(UPPER(stock_lines), '"SKU":', '"sku":'), '"QUANTITY":', '"quantity":')
WHERE NOT EXISTS (SELECT 1 FROM kept_spelling k WHERE INSTR(CAST(stock_lines AS BINARY), CAST(CONCAT('"', k.sku, '"') AS BINARY)) > 0);
DROP TEMPORARY TABLE respelled;
DROP TEMPORARY TABLE kept_spelling;
