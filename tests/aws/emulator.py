"""Runs an emulator of AWS on 127.0.0.1 until standard input ends, as it does with the test that started it.

    emulator.py ministack | moto PORT
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import threading
import time


def end_with_standard_input():
    sys.stdin.read()
    # It ends what it has started, too.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)
    shutil.rmtree(tempfile.tempdir, ignore_errors=True)
    os._exit(1)


# What it unpacks goes with it.
os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="rhambda-emulator-")
atexit.register(shutil.rmtree, tempfile.tempdir, ignore_errors=True)
threading.Thread(target=end_with_standard_input, daemon=True).start()
name, port = sys.argv[1:]
if name == "ministack":
    # It listens to everybody unless told otherwise, and believes every signature.
    os.environ |= {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "AUTH": "true"}
    os.environ |= {"IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    sys.argv[1:] = []
    from ministack.__main__ import main

    main()
else:
    from moto.server import main

    main(["-H", "127.0.0.1", "-p", port])
