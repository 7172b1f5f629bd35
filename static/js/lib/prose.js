// Tells text that markdown would make nothing of from text that it might: most paragraphs of an answer need no reader of markdown.

// What can mean something anywhere, and what does at the beginning or the end of a line.
const ANYWHERE = /[*_`[\]<\\&|]|~~/;
const AT_START = /^(?: {0,3}(?:#{1,6}(?:\s|$)|>|[-+](?:\s|$)|\d{1,9}[.)](?:\s|$)|~{3}|[=-]+[ \t]*$))/m;
const AT_END = /(?: {2}|\t)$/m;
const INDENTED = /^(?: {4}|[ \t]*\t)/;

/** Whether a reader of markdown might find something in `block` besides one paragraph. It may say so of a text that has nothing. */
export const hasMarkup = (block) => ANYWHERE.test(block) || AT_START.test(block) || AT_END.test(block) || INDENTED.test(block);

/** The words of a paragraph without markup. */
export const wordsOf = (block) => block.split("\n").map((line) => line.trim()).join("\n").trim();
