"""The port to language models: any endpoint that speaks the OpenAI routes, or none at all.

Nothing in Goldseam needs a model. Where one is set up, it words what has been decided already; a caller
hands over an `Ask` and a judge, and gets the judged text or None (then the template stands).
"""
