"""Ten thousand damaged files, in a process that may take 1 GiB of memory for them."""

import os
import subprocess
import sys

_READ = """
import resource, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from tests import mutated_files

folder = Path(sys.argv[1])
mutated_files.faults(folder, 50, 1)  # all that the readers import is in memory
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 2**30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
faults = mutated_files.faults(folder, int(sys.argv[2]), 0)
assert not faults, faults
"""


def test_many_damaged_files(tmp_path):
    count = os.environ.get("FUZZ_FILES", "10000")
    result = subprocess.run(
        [sys.executable, "-c", _READ, str(tmp_path), count], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-3000:]
