-- The page of the intake counts the outcomes of 14 days. A million rows of a store with a million
-- articles take half the time where the index holds the outcome too.

-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- squawk-ignore-file prefer-robust-stmts

drop index ops.link_attempts_decided;
create index link_attempts_decided on ops.link_attempts (decided_at) include (outcome);
