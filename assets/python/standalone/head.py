"""Repeats an experiment of Threadlab with nothing but a CPython (3.8 or later) and its standard library.

    python3 THIS_FILE [ROUNDS]

Each round holds one window for every curve and thread count, in an order shuffled anew. In a window N workers do their
units of work while the time and their counters are read, twice; what lies between is the window. The table shows the
median over the rounds, and in brackets the 95 % interval, or the least and greatest below 6 rounds.

The text has two parts. Below stands what asks for windows and shows the table. At its end, in HARNESS, stands what
measures: the very program that Threadlab runs in an interpreter. Each curve has a process of its own for it, so that
nothing else takes the GIL there. Workloads that need NumPy import it from where it is installed.

Threadlab itself also measures what the machine can do at most, measures disturbed windows again, goes on until the
intervals are narrow, and judges the claims of the lesson; this file does none of that.

Ctrl+C ends it at once, with what was measured so far.
"""

import collections
import heapq
import itertools
import json
import math
import multiprocessing
import os
import queue
import random
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time

if sys.version_info < (3, 8):
    sys.exit("this file needs CPython 3.8 or later")

# What was run: the experiments with their workloads, thread counts and curves, and how long the windows were.
RUN = json.loads("@RUN@")

# The fewest rounds that give an interval.
DEFAULT_ROUNDS = 6
