// Draws mermaid's diagrams under a policy that allows neither style elements, nor style attributes, nor anything of another host.

import DOMPurify from "dompurify";
import mermaid from "mermaid";

import { breathe } from "./mermaid.breathing.js";
import { takeRules } from "./mermaid.styling.js";

// What a diagram's own settings may not change: besides mermaid's list, whatever reaches beyond the diagram.
const SECURE = ["secure", "securityLevel", "startOnLoad", "suppressErrorRendering", "maxTextSize", "maxEdges", "themeCSS", "dompurifyConfig"];
const ALLOWED = { IN_PLACE: true, ADD_TAGS: ["foreignobject"], ADD_ATTR: ["dominant-baseline"], HTML_INTEGRATION_POINTS: { foreignobject: true } };
// What labels and rules may hold that the policy would only stop, and complain of, later.
const STYLE_OF_TAG = /(<[a-z][^<>]*?)\sstyle\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;
const PICTURE = /<(?:img|image|video|audio|iframe|object|embed|link)\b[^>]*>/gi;
const ADDRESS = /url\(\s*['"]?(?:https?:)?\/\/[^)]*\)/gi;
const PICTURE_OF_NODE = /\bimg\s*:\s*(?:"[^"]*"|'[^']*')/gi;

// Mermaid styles what it draws by attribute; the same text set as a property needs no permission.
const { setAttribute } = Element.prototype;
Element.prototype.setAttribute = function (name, value) {
  if (name === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

// One at a time: mermaid keeps its configuration for all diagrams in one place.
let queue = Promise.resolve();

// Draws `source`, measuring in the element `place`, and gives { svg, sheet, kind }: the drawing, its rules, the kind of diagram.
export function draw(id, source, place, settings) {
  const drawn = queue.then(() => drawNow(id, source, place, settings));
  queue = drawn.catch(() => {});
  return drawn;
}

async function drawNow(id, source, place, settings) {
  await breathe();
  mermaid.initialize({ ...settings, startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true, secure: SECURE });
  await breathe();
  // The sanitiser takes longest over its first word, so it has that one by itself.
  DOMPurify.sanitize("<b>-</b>");
  await breathe();
  const frame = watchFrame(place);
  let sheet = null;
  try {
    const { diagramType } = await mermaid.render(id, harmless(source), place);
    await breathe();
    const svg = DOMPurify.sanitize(frame.svg, ALLOWED);

    svg.querySelector(":scope > metadata")?.remove();
    return { svg, sheet: takeSheet(), kind: diagramType };
  } finally {
    takeSheet();
    place.replaceChildren();
  }

  function takeSheet() {
    sheet ??= takeRules();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    return sheet;
  }
}

const harmless = (source) =>
  source.replace(STYLE_OF_TAG, "$1").replace(PICTURE, "").replace(ADDRESS, "none").replace(PICTURE_OF_NODE, "");

// Mermaid gives its drawing as text, and parsing text that has styles is what the policy forbids. So the drawing is taken as it stands
// on the page: the frame that mermaid puts into `place` shows it an empty text instead.
function watchFrame(place) {
  const seen = { svg: null };
  place.appendChild = function (frame) {
    Object.defineProperty(frame, "innerHTML", {
      get() {
        seen.svg ??= this.querySelector("svg");
        return "";
      },
    });
    return Node.prototype.appendChild.call(this, frame);
  };
  return seen;
}
