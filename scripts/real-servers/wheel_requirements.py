"""Prints what a wheel requires on this machine, one requirement per line, without the extras and without some packages.

usage: python wheel_requirements.py WHEEL [PACKAGE…]

Needs packaging.
"""

import sys
import zipfile
from email import message_from_bytes

from packaging.requirements import Requirement

wheel, *left_out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = message_from_bytes(archive.read(name))
for text in metadata.get_all("Requires-Dist", []):
    requirement = Requirement(text)
    if requirement.name not in left_out and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
        requirement.marker = None
        print(requirement)
