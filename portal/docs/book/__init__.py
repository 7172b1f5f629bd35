"""The Book of a doc set: which documents are it, in which editions, cut into chapters.

A set's book is found by the first of these that finds one:

1. documents whose front matter says `book: true`; a section's index that says so makes its folder the book;
2. the folder `book/` at the top of the set, its documents the chapters in reading order; its folders that are named
   by a date (`book/2026-05-16/`), and folders beside it such as `book-2026-05-16/`, are editions;
3. a document whose file name or title, without its date, is `book`, `the book`, `book of …` or `… book`
   (`BOOK_OF_MINDX.md`, `book_of_mindx_20260516_1840.md`); of several books the one nearest the top of the set.

Documents that differ by a date in their names alone are editions of one book, the newest dated one current. One that
has no date is an edition too where its text is in no dated one; it stands after the dated ones. `book: false` keeps a
document out.

A book in one document is cut at its chapter headings: the level front matter names (`chapters: 1`), else the level
whose headings are numbered (`I. Genesis`, `Chapter 2`), else level 1 where there are more than two, else the next.
"""
