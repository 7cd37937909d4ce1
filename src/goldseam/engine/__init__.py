"""The pure ring: frozen facts in, a decision with its reasons out.

Nothing here reads a file, a clock or a database, draws a random number or writes a log.
Lexicons, models and policy packs arrive as arguments (`goldseam.engine.tables`);
`goldseam.workshop.load` reads them from disk.
"""
