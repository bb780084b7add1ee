"""The second witness: audits a log from docs/rules.md, with arithmetic of its own."""
