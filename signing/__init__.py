"""What is signed, and how it is checked.

This package takes bytes, keys and ``now``. It knows no clock, network, disk, SQL or HTML, and it is
the only place of the project that imports a crypto library. ``site_templates/script`` holds the
same modules in JavaScript: same names, same order, same reasons, held together by tests/vectors.
"""
