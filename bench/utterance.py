"""Something to say: a file for the microphone in which each moment is told from every other.

Chirps of random pitch and loudness, in the band of a telephone, never silent: no speech, but as
busy. What was heard can be laid beside what was said to a millisecond.
"""

import math
import random
import wave
from array import array
from pathlib import Path

RATE = 48_000
SECONDS = 30.0
LOUDEST, SOFTEST = 0.6, 0.1


def write(path: Path, seed: int = 9) -> None:
    """A WAV of 48 kHz, mono, 16 bits; always the same."""
    chance = random.Random(seed)
    samples, phase = array("h"), 0.0
    while len(samples) < SECONDS * RATE:
        length = int(chance.uniform(0.03, 0.15) * RATE)
        begin, end = chance.uniform(250, 3000), chance.uniform(250, 3000)
        loud = SOFTEST * (LOUDEST / SOFTEST) ** chance.random()
        for i in range(length):
            phase += 2 * math.pi * (begin + (end - begin) * i / length) / RATE
            rise = min(1.0, i / 240, (length - i) / 240)  # 5 ms, softly
            samples.append(int(32767 * (SOFTEST + (loud - SOFTEST) * rise) * math.sin(phase)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
