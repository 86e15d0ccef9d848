"""A small scripted harness that produces whole run directories, for demos and for the golden tests.

It runs a real child process (`fake_ca.py`, which plays WorkOS Case's `ca`) on a real copy of a small fixture and
records what it measured. Clock, process ids and run ids are given by the scenario, and the paths in the evidence are
those of an imaginary machine, so that two runs of one scenario give the same bytes anywhere.
"""
