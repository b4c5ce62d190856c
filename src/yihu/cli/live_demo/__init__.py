"""A synthetic day of the demo district, played through the real doors of a running site.

It is what `yihu demo --live` runs: the demo that moves, the drill, and the load. All that it opens
is an exercise, says so wherever it is named, and counts in no figure.
"""
