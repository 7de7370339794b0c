"""Mutants of the core: changes of ``signing`` that no test notices (``make mutants``)."""
