-- What the metrics page measures, so that it costs as much as there is unfinished work, not as much as is stored.
-- When a job failed for good; NULL again when it is asked for anew.
ALTER TABLE work_item ADD COLUMN given_up_at DATETIME(6) NULL, ADD KEY work_item_given_up (given_up_at, kind);
ALTER TABLE saga_instance ADD KEY saga_instance_state (saga, state, updated_at);
