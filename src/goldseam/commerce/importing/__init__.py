"""Brings a shop's own files in: a mapping says what their rows mean, rows become records, records are
upserted in atomic batches. How to write a mapping stands in docs/importing.md.

Reading order: `mapping` (what is wanted), `plan` (which file is read by which source), `readers` (files
→ rows), `build` (rows → records), `runner` (records → batches, counts, rejects)."""
