"""The station's own screen: a page on loopback that shows what to do now, and whether it worked.

It is a process of its own and only reads `state.json`.  Pairing never depends on it.
"""
