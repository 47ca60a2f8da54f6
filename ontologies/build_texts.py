"""Make the reference texts that come with kgpaths: `ontologies/texts/SOURCE.jsonl.xz`, one text a line.

    python ontologies/build_texts.py --data DIR

They are the texts that the edges of the default graph were read in (`ontologies/README.md` lists the files of `DIR`):
MedQuAD without the sections that reprint HPO, and six OpenStax textbooks, both CC BY 4.0.
"""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path

from kgpaths.extraction import read_texts
from kgpaths.extraction.readers import REPRINT
from kgpaths.files import Fault

FILES = {"medquad": "qa/medquad.jsonl.gz", "openstax": "text/openstax.jsonl.gz"}


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the source files")
    data = parser.parse_args().data
    for source, file in FILES.items():
        lines = [
            json.dumps({"id": text.id, "text": text.text, "url": text.url}, ensure_ascii=False) + "\n"
            for text in read_texts(data / file)
            if not isinstance(text, Fault) and text.section != REPRINT and text.text
        ]
        out = Path(__file__).parent / "texts" / f"{source}.jsonl.xz"
        out.parent.mkdir(exist_ok=True)
        out.write_bytes(lzma.compress("".join(lines).encode(), preset=9))
        print(f"{out}: {len(lines):,} texts, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
