"""Play the conversation suite: `python -m bench.conversations [--failures] [--only ID …]`.

Prints task success, field accuracy, turns and repetitions per language, and what a reply takes to
compute. Transcripts are shown for the set that may be tuned on, never for the other.
"""

import argparse
import sys

from bench.conversations.reporting import figures, groups, run, table, transcript
from bench.conversations.written import DEV, MalformedConversation


def main() -> int:
    """Play, print, and tell whether the files could be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--failures", action="store_true", help="show what went wrong, and how")
    parser.add_argument("--ids", action="store_true", help="list what went wrong, a line each")
    parser.add_argument("--only", nargs="+", metavar="ID", help="show these, whatever came of them")
    asked = parser.parse_args()
    rows, shown = [], []
    try:
        for side, language, which, written in groups():
            if asked.only:
                picked = [one for one in written if one.id in asked.only and which == DEV]
                shown += [transcript(one) for one in run(picked)]
                continue
            judged = run(written)
            rows.append(figures(side, language, which, judged))
            wrong = [one for one in judged if not one.at_once and which == DEV]
            if asked.failures:
                shown += [transcript(one) for one in wrong]
            elif asked.ids:
                shown += [
                    f"{one.played.written.id}: "
                    + (
                        "; ".join(f"{c.name} {c.found!r}, not {c.expected!r}" for c in one.wrong)
                        or "right once rectified"
                    )
                    for one in wrong
                ]
    except MalformedConversation as error:
        print(error, file=sys.stderr)
        return 2
    print("\n\n".join(shown) if asked.failures or asked.only else "\n".join(shown))
    if rows:
        print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
