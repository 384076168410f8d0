# The counterpart of checks.lua: python-stdnum on the inputs that it wrote. python3 checks.py FOLDER
import sys
import time

from stdnum.cn import ric
from stdnum.my import nric


def measure(what, name, valid):
    with open(sys.argv[1] + "/" + name) as file:
        inputs = file.read().split()
    best, count = 1e9, 0
    for _ in range(5):
        started = time.perf_counter()
        count = sum(1 for number in inputs if valid(number))
        best = min(best, time.perf_counter() - started)
    print("%-28s %-22s %9d /s  %6d valid" % (what, "python-stdnum", len(inputs) / best, count))


measure("Chinese number", "chinese.txt", ric.is_valid)
measure("Malaysian number", "malaysian.txt", nric.is_valid)
