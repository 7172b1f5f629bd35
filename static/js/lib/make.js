// Makes elements in the document it is handed. Text goes in as text; nothing here reads markup.

/** @returns {(tag: string, attributes?: object, ...children: (Node | string)[]) => Element} */
export const maker = (page) => (tag, attributes = {}, ...children) => filled(page.createElement(tag), attributes, children);

const SVG = "http://www.w3.org/2000/svg";

/** The same for the parts of a drawing. */
export const drawer = (page) => (tag, attributes = {}, ...children) => filled(page.createElementNS(SVG, tag), attributes, children);

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Give `node` this text, and leave it alone when it has it: what does not change is not announced or painted again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
