"""What code readers say on the wire, and how to speak to them: pure, no port and no clock.

Each module builds the frames of one protocol and reads its bytes back, split and glued anywhere.
Nothing raises on garbage: what fits nothing is counted.  Frames marked unverified in
`docs/readers.md` come from notes, not from a manual or a capture.
"""
