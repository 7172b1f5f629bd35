"""The Improvement Journal of a doc set: which documents are it, cut into dated entries.

A set's journal is found by the first of these that finds one:

1. a document whose front matter says `journal: true`; a section's index that says so makes its folder the journal;
2. a folder named `journal` or `… journal` with documents that are dated (`journal/2026-11-23-title.md`, or a `date` in
   their front matter), the one nearest the top of the set;
3. a document whose file name or title is `journal`, `… journal` or `journal of …` (`IMPROVEMENT_JOURNAL.md`), the one
   nearest the top. `journal: false` keeps a document out.

An entry begins at a heading that holds a full date (`## 2026-11-23 18:39 UTC`, `## [2026-11-23] Title`, `### Title, 23
November 2026`); times are UTC unless they say otherwise. The level most dated headings have is the entries'; deeper
dated headings belong to the entry they stand in, and so does all text under headings that have no date. A heading
whose date is on no calendar is an entry too, at the time of the entry above it. What stands before the first entry is
the journal's preface. A document of a journal's folder with at most one dated heading is one entry, of the date in
its front matter, else in its name, else in that heading.

An entry is named by its minute and title (`2026-11-23-1839-title`), and where several would have one name, the oldest
keeps it and the next are `-2`, `-3`: names stay when entries are added at the new end, whichever end that is.
"""
