"""Numbers and results, in the order in which they are read.

`spans` finds the numbers that are no names, `quantities` reads number and unit, `what_is_measured` names them by the
table in `reference_ranges`, `measurements` tells high from low, and `results` reads results that are words.
"""
