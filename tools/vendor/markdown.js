// Reads the markdown of models into tokens. Tokens are data: nothing is made into markup here, and HTML is left as the text it is.

import MarkdownIt from "markdown-it";

const parser = new MarkdownIt("default", { html: false, linkify: false, maxNesting: 40 });
// Addresses are looked at where links are made; here they stay as they were written.
parser.normalizeLink = (address) => address;
parser.validateLink = () => true;

export const parse = (text) => parser.parse(text, {});
