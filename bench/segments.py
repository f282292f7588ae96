"""How fast texts are measured, and whether npm's sms-segments-calculator agrees.

python bench/segments.py                        the rate on a mixed corpus, as JSON
python bench/segments.py --check 100000         compares that many awkward texts (needs `npm ci`)
python bench/segments.py --golden FILE          writes the sample that the tests hold
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from bench import segment_corpus  # noqa: E402

from tidings.kernel.segments import explain, measure, split  # noqa: E402
from tidings.kernel.smart_encoding import smart  # noqa: E402

CORPUS_TEXTS = 4000
ROUNDS = 3
ROUND_SECONDS = 0.8


def rate() -> dict[str, Any]:
    """Texts measured per second of CPU time on one core: the median of three rounds."""
    texts = segment_corpus.mixed(CORPUS_TEXTS, seed=7)
    return {
        "bench": "segments",
        "corpus": segment_corpus.MIX,
        "texts": len(texts),
        "mean_characters": round(statistics.mean(map(len, texts)), 1),
        "mean_segments": round(statistics.mean(measure(text).segments for text in texts), 3),
        "measure_per_second": _median_rate(measure, texts),
        "split_per_second": _median_rate(split, texts),
        "smart_per_second": _median_rate(smart, texts),
        "explain_per_second": _median_rate(explain, texts[:400]),
        "rounds": ROUNDS,
    }


def _median_rate(deed: Any, texts: list[str]) -> int:
    rates = []
    for _ in range(ROUNDS):
        passes = 0
        began = time.process_time()
        while time.process_time() - began < ROUND_SECONDS:
            for text in texts:
                deed(text)
            passes += 1
        rates.append(passes * len(texts) / (time.process_time() - began))
    return round(statistics.median(rates))


def ask_calculator(texts: list[str]) -> list[list[Any]]:
    """What the calculator says of each text; raises where Node or the package is missing."""
    answer = subprocess.run(
        ["node", str(HERE / "segments_calculator.cjs")],
        input=json.dumps(texts).encode(),
        stdout=-1,
        check=True,
    )
    said: list[list[Any]] = json.loads(answer.stdout)
    return said


def check(count: int, *, seed: int) -> dict[str, Any]:
    """Compares `count` texts, but for those of which the calculator makes a part too long for any carrier."""
    differences: list[dict[str, Any]] = []
    impossible = compared = 0
    for batch in range(0, count, 2000):
        texts = segment_corpus.awkward(min(2000, count - batch), seed=seed + batch)
        for text, said in zip(texts, ask_calculator(texts), strict=True):
            plain, smartened = measure(text), measure(smart(text))
            ours = [
                plain.encoding.value,
                plain.segments,
                plain.units,
                smartened.encoding.value,
                smartened.segments,
            ]
            theirs = [*said[:3], *said[4:6]]
            if not (said[3] and said[6]):
                impossible += 1
                continue
            compared += 1
            if ours != theirs:
                differences.append({"text": text, "ours": ours, "theirs": theirs})
    return {
        "check": "sms-segments-calculator",
        "texts": count,
        "compared": compared,
        "left_out_because_its_parts_exceed_140_octets": impossible,
        "differences": len(differences),
        "first": differences[:5],
    }


def write_golden(path: Path) -> None:
    """A few hundred texts with what the calculator says of them, one to a line."""
    texts = list(dict.fromkeys(segment_corpus.awkward(300, seed=1)))
    lines = [
        json.dumps([text, *said[:3], *said[4:6]], ensure_ascii=False)
        for text, said in zip(texts, ask_calculator(texts), strict=True)
        if said[3] and said[6]
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", type=int, metavar="TEXTS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.golden is not None:
        write_golden(asked.golden)
        return 0
    found = rate() if asked.check is None else check(asked.check, seed=asked.seed)
    print(json.dumps(found, ensure_ascii=False))
    return 1 if found.get("differences") else 0


if __name__ == "__main__":
    sys.exit(main())
