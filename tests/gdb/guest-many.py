"""Run inside gdb, attached: what gdb has done so far, and guest-sync, take so long."""
import re
import time

import gdb

attached = time.process_time()
start = time.monotonic()
blocks = re.match(r"\d+", gdb.execute("guest-sync", to_string=True))
synced = time.monotonic() - start
name = gdb.execute("info symbol $pc", to_string=True).split()[0]
print(f"RESULT {blocks[0]} blocks, attached {attached:.2f}, synced {synced:.2f}, at {name}")
