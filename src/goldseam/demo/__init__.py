"""The demo shop: an invented brand with products, customers, orders and conversations.

Everything is made from the data files beside this module with a fixed seed, so that two demos differ in
nothing but the day they start from. It is written through the rooms' own actions.
"""
