"""Zips `bootstrap` as a Lambda layer: same input, same bytes.

usage: build.py BOOTSTRAP LAYER.zip

Lambda unpacks a layer into /opt and starts /opt/bootstrap, which must be executable
("Packaging your layer content" in the AWS Lambda developer guide).
"""

import pathlib
import sys
import zipfile

REGULAR_FILE = 0o100000
UNIX = 3


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    """An entry that depends on neither the clock nor the system."""
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.create_system = UNIX
    info.external_attr = (REGULAR_FILE | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    bootstrap, layer = map(pathlib.Path, sys.argv[1:])
    layer.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(layer, "w", compresslevel=9) as archive:
        archive.writestr(entry("bootstrap", 0o755), bootstrap.read_bytes())
    print(f"{layer}: {layer.stat().st_size:,} bytes")


main()
