-- Texts of products and categories in other languages, as JSON by language. NULL: none; readers get the text of the row.
ALTER TABLE product ADD COLUMN translations LONGTEXT NULL;
ALTER TABLE category ADD COLUMN translations LONGTEXT NULL;
