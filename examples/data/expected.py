"""Computes what the agents should find in the files beside this script, by means of its own.

Only the standard library is used, and none of the agents' rules of language: a word is a run of ASCII letters and
digits with apostrophes inside, a sentence ends at a period before white space, inflections are folded by their last
letters. The files are written so that these plain rules and the agents' must agree.

    python3 expected.py          prints the values
    python3 expected.py --write  writes them to expected.json
"""

import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent

STOP_WORDS = set(
    """a about above after all an and any are as at be because been before being below between both but by can did do
    does down during each few for from further had has have her here him his how i if in into is it its itself just me
    more most my no nor not now of off on once only or other our out over own same she should so some such than that
    the their them then there these they this those through to too under until up very was we were what when where
    which while who why will with you your""".split()
)


def words(text):
    return re.findall(r"[A-Za-z0-9]+(?:'[A-Za-z]+)*", text)


def sentences(text):
    return [piece for line in text.split("\n") for piece in re.split(r"(?<=\.)\s+", line)]


def folded(word):
    """A word without the ending of its plural or past tense, which is all that the frequent words here take."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def keywords(text, at_most):
    """The most frequent words, as many as are clearly ahead of the rest: a tie at the end is left out whole."""
    forms = {}
    for word in words(text.lower()):
        if word not in STOP_WORDS and not word.isdigit():
            forms.setdefault(folded(word), Counter())[word] += 1
    ranking = sorted(forms.values(), key=lambda counter: -counter.total())
    tail = ranking[at_most].total() if len(ranking) > at_most else 0
    return {
        min(counter, key=lambda form: (-counter[form], len(form), form)): counter.total()
        for counter in ranking[:at_most]
        if counter.total() > tail
    }


def statistics(text):
    found = words(text)
    return {
        "characters": len(text),
        "words": len(found),
        "unique_words": len({word.lower() for word in found}),
        "sentences": len(sentences(text)),
        "longest_word": max(found, key=len),
        "reading_time_seconds": -(-len(found) * 60 // 238),
    }


def read_csv(name):
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(rows, columns, column):
    text = "\n".join(row[column] for row in rows)
    return {
        "columns": columns,
        "row_count": len(rows),
        "text_column": column,
        "statistics": statistics(text),
        "keywords": keywords(text, 6),
    }


def reviews():
    rows = read_csv("reviews.csv")
    return table(rows, list(rows[0]), "review") | {
        "rating_sum": sum(int(row["rating"]) for row in rows),
        "rows_by_rating": Counter(row["rating"] for row in rows),
        "rows_by_product": Counter(row["product"] for row in rows),
    }


def articles():
    rows = json.loads((FOLDER / "articles.json").read_text(encoding="utf-8"))
    bodies = {
        row["title"]: statistics(row["body"]) | {"keywords": keywords(row["body"], 3)} for row in rows
    }
    return table(rows, sorted(rows[0]), "body") | {
        "rows_by_category": Counter(row["category"] for row in rows),
        "bodies": bodies,
    }


def incidents():
    rows = read_csv("incidents.csv")
    minutes = Counter()
    for row in rows:
        minutes[row["severity"]] += int(row["minutes"])
    return table(rows, list(rows[0]), "description") | {
        "minutes_sum": minutes.total(),
        "minutes_by_severity": minutes,
        "rows_by_service": Counter(row["service"] for row in rows),
        "first_ticket": rows[0]["ticket"],
    }


def main():
    expected = {"reviews.csv": reviews(), "articles.json": articles(), "incidents.csv": incidents()}
    text = json.dumps(expected, indent=2, sort_keys=True) + "\n"
    if sys.argv[1:] == ["--write"]:
        (FOLDER / "expected.json").write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
