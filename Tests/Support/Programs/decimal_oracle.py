"""Computes with exact numbers by Python's own `decimal` and `fractions`.

usage: decimal_oracle.py FILE

Each line of the file is an operator and two numbers. Said for each, on a line of its own, is the result in
full, without an exponent; `error` for a division by zero. A quotient that does not end is rounded half to
even to 34 digits.
"""

import decimal
import fractions
import sys

EXACT = decimal.Context(prec=100_000, Emax=10**9, Emin=-(10**9))
ROUNDED = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emax=10**9, Emin=-(10**9))


def quotient(one, other):
    """Exact where the reduced denominator has no prime but 2 and 5."""
    rest = (fractions.Fraction(one) / fractions.Fraction(other)).denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return EXACT.normalize(EXACT.divide(one, other))
    return ROUNDED.normalize(ROUNDED.divide(one, other))


def result(operation, one, other):
    if operation in "/%" and not other:
        return "error"
    if operation == "<":
        return "true" if fractions.Fraction(one) < fractions.Fraction(other) else "false"
    if operation == "==":
        return "true" if fractions.Fraction(one) == fractions.Fraction(other) else "false"
    functions = {
        "+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "%": EXACT.remainder,
        "/": quotient,
    }
    number = functions[operation](one, other)
    return format(abs(number) if not number else number, "f")


with open(sys.argv[1], encoding="ascii") as lines:
    for line in lines:
        operation, one, other = line.split()
        print(result(operation, decimal.Decimal(one), decimal.Decimal(other)))
