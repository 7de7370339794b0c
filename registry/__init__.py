"""The private registry of certificates, and the build of the public site.

From an LSP's spreadsheet (``intake``) to signed and logged certificates (``issue``), their states
(``changes``) and a folder of static files (``build``, ``publish``). ``client``, ``source``,
``scan`` and ``audit`` read such a folder with public keys only, and run on the base install. The
order of imports is held by the contracts in pyproject.toml.
"""
