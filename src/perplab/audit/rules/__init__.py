"""The rules of docs/rules.md as the auditor reads them: what is due after each command and tick."""
