-- What answers there are to be forgotten, without a look at those that are.
CREATE INDEX orch_transactions_answers ON orch_transactions (ended_at) WHERE result IS NOT NULL;
