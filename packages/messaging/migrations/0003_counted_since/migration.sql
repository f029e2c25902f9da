-- Since when the events of an aggregate are counted: while that is younger than any purged event, each of them must still be there.
-- Unknown for aggregates that are older than this column.
ALTER TABLE aggregate_version ADD COLUMN counted_since DATETIME(6) NULL;
ALTER TABLE aggregate_version MODIFY COLUMN counted_since DATETIME(6) NULL DEFAULT CURRENT_TIMESTAMP(6);
