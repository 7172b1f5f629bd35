// Makes nodes of what a markdown parser found. Nothing here is ever read as markup: every text of a model becomes a text node.

/** The kinds that become an element, and which. Whatever is not here becomes its text. */
const ELEMENTS = {
  paragraph: "p", bullet_list: "ul", ordered_list: "ol", list_item: "li", blockquote: "blockquote", hr: "hr", table: "table", thead: "thead",
  tbody: "tbody", tr: "tr", th: "th", td: "td", em: "em", strong: "strong", s: "s", hardbreak: "br",
};
const DEEPEST = 60;

/**
 * The nodes of a list of markdown-it's tokens.
 * @param {(tag: string, attributes?: object, ...children: (Node | string)[]) => Element} make
 */
export function nodesOf(tokens, make) {
  const root = [];
  const open = [];
  const add = (node) => (open.length ? open.at(-1).append(node) : root.push(node));
  for (const token of tokens) {
    if (token.nesting < 0) open.pop();
    else if (token.nesting > 0) begin(token);
    else for (const node of leafOf(token, make)) add(node);
  }
  return root;

  function begin(token) {
    const made = open.length < DEEPEST ? elementOf(token, make) : null;
    // A tight list has paragraphs that are not to be seen as such.
    if (!made || token.hidden) return open.push(open.at(-1) ?? { append: (node) => root.push(node) });
    add(made.outer ?? made);
    return open.push(made.inner ?? made);
  }
}

function elementOf({ type, tag, attrs }, make) {
  const kind = type.replace(/_open$/, "");
  // The headings of an answer are none of the page's.
  if (kind === "heading") return make("p", { class: "part", "data-level": tag.slice(1) });
  if (kind === "link") return linkOf(attrOf(attrs, "href"), make);
  if (kind === "table") {
    const inner = make("table");
    return { inner, outer: make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Table" }, inner) };
  }
  if (!ELEMENTS[kind]) return null;
  const start = kind === "ordered_list" ? Number(attrOf(attrs, "start")) : NaN;
  const isEnd = /text-align:right/.test(attrOf(attrs, "style"));
  return make(ELEMENTS[kind], { ...(start >= 0 ? { start } : {}), ...(isEnd ? { class: "number" } : {}) });
}

const attrOf = (attrs, name) => (attrs ?? []).find(([key]) => key === name)?.[1] ?? "";

/** The address of a link that may be followed; null for one that leads nowhere by itself, or runs something. */
export function safeAddress(text) {
  if (!/^(?:https?:\/\/|mailto:)/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).href;
}

function linkOf(href, make) {
  const address = safeAddress(href);
  if (!address) return make("span");
  return make("a", { href: address, title: address, target: "_blank", rel: "noopener noreferrer nofollow" });
}

function leafOf(token, make) {
  switch (token.type) {
    case "inline":
      return nodesOf(token.children ?? [], make);
    case "code_inline":
      return [make("code", {}, token.content)];
    case "fence":
    case "code_block":
      return [codeOf(token, make)];
    case "image":
      return [pictureOf(token, make)];
    case "softbreak":
      return ["\n"];
    case "hr":
    case "hardbreak":
      return [make(ELEMENTS[token.type])];
    default:
      return token.content ? textOf(token.content, make) : [];
  }
}

// Models write `<br>` where markdown has no line break, such as in the cells of a table.
function textOf(content, make) {
  return content.split(/<br\s*\/?>/i).flatMap((part, at) => [...(at ? [make("br")] : []), ...(part ? [part] : [])]);
}

function codeOf({ content, info }, make) {
  const language = /^[\w+#.-]{1,30}/.exec(info ?? "")?.[0] ?? "";
  const copy = make("button", { type: "button", class: "copy" }, "Copy");
  const head = make("div", { class: "bar" }, make("span", { class: "language" }, language), copy);
  return make("div", { class: "block" }, head, make("pre", { tabindex: "0", "aria-label": "Code" }, make("code", {}, content.replace(/\n$/, ""))));
}

// No picture is fetched: that would tell whoever has it that the answer is being read.
function pictureOf({ content, attrs }, make) {
  const address = safeAddress(attrOf(attrs, "src"));
  const name = `[picture${content ? `: ${content}` : ""}]`;
  return make("span", { class: "picture", title: "Pictures of an answer are not loaded" }, address ? filled(linkOf(address, make), name) : name);
}

const filled = (element, text) => {
  element.append(text);
  return element;
};
