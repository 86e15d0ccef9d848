"""Keep verdicts in a transparency log, so that none can be dropped or rewritten unseen.

A log is a folder: DIR/checkpoint is its signed head, DIR/tile/ holds an append-only Merkle tree (RFC 6962) with a small
record of each attestation, in the tiled layout of C2SP (tlog-tiles, tlog-checkpoint), which existing tools read. Publish
it as it is, from any static web server or repository.

Make a log once with init, append each attestation, prove one to whom it concerns, and check the log from time to time
against a checkpoint that you kept elsewhere: only what was kept elsewhere shows that a log shrank or forked.
"""
