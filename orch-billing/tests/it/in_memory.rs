orch_billing::ledger_store_tests!(orch_billing::InMemoryLedger::default());
