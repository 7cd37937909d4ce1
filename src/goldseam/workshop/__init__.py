"""The engine's offline side: reads its tables and models from disk, trains and measures them.

May import the engine only; never Django.
"""
