"""Sweeps: every run of every profile judged, and only what is new read again.

`find` streams run directories, `admissions` picks the authority of each, `pool` keeps the processes that judge them
alive, `incremental` says what must be judged again, `lock` keeps two sweeps of one store apart, `progress` tells how it
goes, `drive` joins them, and `summary` is what is left in the morning.
"""
