"""Every SQL statement about sources, staging, targets and ledgers, one module per subject.

Names and literals reach the text through ``core/quoting.py`` only. An adapter's own conversation with its server
(catalogue, clock, session settings) stays with the adapter.
"""
