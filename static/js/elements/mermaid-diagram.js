// <mermaid-diagram>: draws the source it wraps when the reader comes near and the page is at rest, in the colours of the page.
// Mermaid is loaded then, not before; where it is missing or does not understand the source, the source stays and a sentence says why.

import { inkOn, ROLES, settingsFor } from "../lib/diagram-look.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
let loading = null;
let made = 0;

// What is seen at once is drawn when the page is at rest. What is merely near waits until the reader moves, as drawing takes a telephone a second.
const seen = new IntersectionObserver(drawn);
const near = new IntersectionObserver(drawn, { rootMargin: "600px" });
const waiting = new Set();
let watch = seen;

function drawn(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    forget(target);
    whenAtRest(() => target.isConnected && target.draw());
  }
}

function forget(diagram) {
  waiting.delete(diagram);
  for (const observer of [seen, near]) observer.unobserve(diagram);
}

const whenAtRest = globalThis.requestIdleCallback ? (act) => requestIdleCallback(act, { timeout: 1000 }) : (act) => setTimeout(act, 50);

addEventListener("scroll", () => {
  watch = near;
  for (const diagram of waiting) near.observe(diagram);
}, { once: true, passive: true, capture: true });

class MermaidDiagram extends HTMLElement {
  #source = "";

  connectedCallback() {
    this.#source ||= this.querySelector(".mermaid-source").textContent;
    waiting.add(this);
    // What is there to be printed is drawn whole.
    if (this.closest(".book.whole")) drawn([{ target: this, isIntersecting: true }]);
    else watch.observe(this);
  }

  disconnectedCallback() {
    forget(this);
    live.delete(this);
  }

  async draw() {
    live.add(this);
    const look = lookOf(this);
    try {
      const { draw } = await (loading ??= load());
      this.#show(await draw(`diagram-${(made += 1)}`, this.#source, placeBeside(this), look));
    } catch (problem) {
      this.#fail(problem);
    }
  }

  // The drawing goes into a shadow root: its rules and those of the text do not meet.
  #show({ svg, sheet, kind }) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [frame(), ...(sheet ? [sheet] : [])];
    if (!svg.hasAttribute("aria-labelledby")) svg.ariaLabel = `Diagram, ${wordsOf(kind)}`;
    const natural = svg.viewBox.baseVal.width;
    svg.removeAttribute("height");
    svg.removeAttribute("width");
    svg.style.cssText += `; max-width: none; inline-size: ${natural}px; min-inline-size: ${0.7 * natural}px`;
    const box = Object.assign(document.createElement("div"), { className: "box", tabIndex: 0 });
    box.append(svg);
    const fold = document.createElement("details");
    fold.append(Object.assign(document.createElement("summary"), { textContent: "Source" }), document.createElement("slot"));
    root.replaceChildren(box, fold);
    makeReadable(svg);
    this.querySelector(".why")?.remove();
    this.dataset.state = "drawn";
  }

  #fail(problem) {
    this.dataset.state = "failed";
    const line = this.querySelector(".why") ?? Object.assign(document.createElement("p"), { className: "why" });
    line.textContent = sentence(problem);
    this.shadowRoot?.replaceChildren(document.createElement("slot"));
    this.prepend(line);
  }
}

const live = new Set();

function redraw() {
  for (const diagram of live) diagram.draw();
}
new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
dark.addEventListener("change", redraw);

class NotHere extends Error {}

async function load() {
  try {
    const door = await import(new URL("../../vendor/mermaid.js", import.meta.url).href);
    return await door.load();
  } catch {
    loading = null;
    throw new NotHere();
  }
}

// Mermaid measures its labels, so it draws in an element that is laid out, as wide as the text, out of sight.
function placeBeside(diagram) {
  const place = document.querySelector(".drawing-place") ?? Object.assign(document.createElement("div"), { className: "drawing-place" });
  place.ariaHidden = "true";
  place.inert = true;
  place.style.inlineSize = `${Math.max(diagram.clientWidth, 560)}px`;
  document.body.append(place);
  return place;
}

function lookOf(diagram) {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.fromEntries(ROLES.map((role) => {
    probe.style.color = `var(--${role})`;
    return [role, getComputedStyle(probe).color];
  }));
  probe.remove();
  const { fontFamily, colorScheme } = getComputedStyle(diagram);
  const isDark = colorScheme === "dark" || (colorScheme.includes("dark") && dark.matches);
  return settingsFor(colours, { isDark, fontFamily });
}

// An author's fill was chosen for one theme; the label on it has to be read in both.
function makeReadable(svg) {
  for (const shape of svg.querySelectorAll(".node [style*='fill']")) {
    const labels = shape.closest(".node").querySelectorAll(".label, .label *");
    const ink = [...labels].some((label) => label.style.color) ? null : inkOn(getComputedStyle(shape).fill);
    for (const label of ink ? labels : []) for (const name of ["color", "fill"]) label.style.setProperty(name, ink, "important");
  }
}

let sheetOfFrame = null;

function frame() {
  if (sheetOfFrame) return sheetOfFrame;
  sheetOfFrame = new CSSStyleSheet();
  sheetOfFrame.replaceSync(`
    :host { display: block; }
    .box { overflow-x: auto; padding-block: 0.5rem; }
    .box:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    svg { display: block; max-inline-size: 100% !important; block-size: auto; margin-inline: auto; }
    details { font-size: var(--tiny); color: var(--ink-2); }
    summary { inline-size: fit-content; cursor: pointer; }
    @media print { details { display: none; } .box { overflow: visible; } svg { min-inline-size: 0 !important; max-block-size: 230mm; } }`);
  return sheetOfFrame;
}

// `flowchart-v2` is a flowchart to its reader.
const wordsOf = (kind) => kind.replace(/-?v\d+$/i, "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

function sentence(problem) {
  if (problem instanceof NotHere) return "This diagram cannot be drawn here, because mermaid is not installed on this server. Its source:";
  const first = String(problem?.message ?? problem).split("\n")[0].replace(/:$/, "");
  return `This diagram cannot be drawn: ${first}. Its source:`;
}

customElements.define("mermaid-diagram", MermaidDiagram);
