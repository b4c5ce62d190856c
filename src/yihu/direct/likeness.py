"""Whether two messages say the same. Pure.

Only a keyed fingerprint of the words is compared: it tells nothing to whoever has no key.
"""

import hmac
import unicodedata

SHORTEST = 8
"""Letters; "谢谢民警" is written by many, and says nothing of who wrote it."""
BYTES = 16


def essence(words: str) -> str:
    """Letters and digits alone: spaces, punctuation, width and case make no other message."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def fingerprint(key: bytes, station: bytes, words: str) -> bytes | None:
    """The same for the same words to the same station; None for words too short to tell."""
    said = essence(words)
    if len(said) < SHORTEST:
        return None
    return hmac.digest(key, b"alike" + station + said.encode(), "sha256")[:BYTES]
