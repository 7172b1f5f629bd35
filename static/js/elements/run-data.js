// <run-data>: an answer that is data, shown as what it is: checked JSON, vectors, models, pictures, progress.

import { sayJson } from "../lib/json-colours.js";
import { drawer, maker, say } from "../lib/make.js";
import { pretty } from "../lib/pretty.js";
import { modelOf, modelTableOf, picturesOf, vectorsOf } from "../lib/shapes.js";
import { bytesText } from "../lib/units.js";
import { cosinesOf, normOf, projectionOf, rangeOf, sparkline } from "../lib/vectors.js";
import { verdictOf } from "../lib/verdict.js";

const make = maker(document);
const draw = drawer(document);
const PAUSE = 120; // ms between two layouts of JSON that is still coming
const MOST_VECTORS = 50;
const MOST_COMPARED = 12;
const MOST_PLACED = 200;
const MOST_STEPS = 200;

class RunData extends HTMLElement {
  #run = null;
  #laidOut = { size: -1, live: null, at: 0 };
  #isDrawn = false;

  connectedCallback() {
    this.tabIndex = 0;
  }

  set run(run) {
    this.#run = run;
    this.#isDrawn = false;
    this.#laidOut = { size: -1, live: null, at: 0 };
    this.hint = make("p", { class: "hint" });
    this.replaceChildren(this.hint);
  }

  refresh() {
    const { reader, asked, live } = this.#run;
    if (this.#isDrawn) return;
    if (asked.format && asked.completes && reader.document === null) this.#paintJson(this.#run.text, asked.format.schema);
    else if (reader.document !== null) this.#draw(asked.format && this.#run.text ? null : reader.document);
    else if (reader.progress.steps.length) this.#paintProgress(reader.progress.steps);
    else say(this.hint, live ? "Nothing has come yet." : "The answer has no data.");
  }

  // A document is whole when it is there, so it is drawn once.
  #draw(document) {
    this.#isDrawn = true;
    if (document === null) return this.#paintJson(this.#run.text, this.#run.asked.format.schema);
    this.replaceChildren(...partsOf(document));
  }

  #paintJson(text, schema) {
    const { live } = this.#run;
    const { size, live: wasLive, at } = this.#laidOut;
    const now = performance.now();
    if (size === text.length && wasLive === live) return;
    if (live && now - at < PAUSE) {
      // What came last is laid out even when nothing follows it.
      clearTimeout(this.later);
      this.later = setTimeout(() => this.#run.live && this.refresh(), PAUSE);
      return;
    }
    this.#laidOut = { size: text.length, live, at: now };
    if (!this.json) this.json = make("pre", { class: "json" });
    if (!this.verdict) this.verdict = make("div", { class: "verdict" });
    if (this.json.parentNode !== this) this.replaceChildren(this.verdict, this.json);
    sayJson(this.json, pretty(text), make);
    this.#judge(text, schema, live);
  }

  #judge(text, schema, live) {
    const { kind, parts } = verdictOf(text, schema, live);
    this.verdict.dataset.kind = kind;
    this.verdict.replaceChildren(...parts.map((part) => (typeof part === "string" ? make("p", {}, part) : faultList(part))));
  }

  #paintProgress(steps) {
    if (!this.steps) this.steps = make("ol", { class: "steps" });
    if (this.steps.parentNode !== this) {
      this.steps.replaceChildren();
      this.replaceChildren(this.steps);
    }
    steps.slice(0, MOST_STEPS).forEach((step, at) => fillStep(this.steps.children[at] ?? this.#stepItem(), step));
  }

  #stepItem() {
    const item = make("li", {}, make("span", { class: "status" }), make("progress", { hidden: "" }), make("span", { class: "amount" }));
    this.steps.append(item);
    return item;
  }
}

const faultList = (faults) => make("ul", {}, ...faults.map(({ path, message }) => make("li", {}, make("code", {}, path || "the whole"), `: ${message}`)));

function fillStep(item, { status, total, completed, digest }) {
  const [name, bar, amount] = item.children;
  say(name, status);
  name.title = digest;
  bar.hidden = !total;
  if (!total) return;
  bar.max = total;
  bar.value = completed;
  bar.ariaLabel = status;
  say(amount, `${Math.floor((100 * completed) / total)} % of ${bytesText(total)}`);
}

function partsOf(document) {
  const vectors = vectorsOf(document);
  if (vectors.length) return vectorParts(vectors);
  const pictures = picturesOf(document);
  if (pictures.length) return pictures.map(pictureElement);
  const table = modelTableOf(document);
  if (table) return table.rows.length ? [tableElement(table)] : [make("p", { class: "hint" }, "There is no model in the list.")];
  const model = modelOf(document);
  if (model) return modelParts(model);
  const json = make("pre", { class: "json" });
  sayJson(json, pretty(JSON.stringify(document)), make);
  return [json];
}

const scroller = (label, child) => make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": label }, child);

function tableElement({ columns, rows }) {
  const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((cell, at) => make("td", { "data-name": columns[at + 1] }, cell))));
  return scroller("Models", make("table", { class: "models" }, make("thead", {}, head), make("tbody", {}, ...body)));
}

// A long name breaks where its parts meet.
const breakable = (name) => name.match(/[^._]+[._]*|[._]+/g).flatMap((part) => [part, make("wbr")]);

function modelParts({ facts, texts }) {
  const rows = facts.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, ...breakable(name)), make("td", {}, value)));
  const folds = texts.map(([name, text]) => make("details", { class: "fold" }, make("summary", {}, name), make("pre", {}, text)));
  return [scroller("The model", make("table", { class: "facts" }, make("tbody", {}, ...rows))), ...folds];
}

function pictureElement(address, at) {
  if (!address) return make("p", { class: "hint" }, `Picture ${at + 1} is not in the answer itself, so it is not loaded; Raw has its address.`);
  return make("img", { src: address, alt: `Picture ${at + 1} of the answer` });
}

function vectorParts(vectors) {
  const items = vectors.slice(0, MOST_VECTORS).map(vectorElement);
  const more = vectors.length > MOST_VECTORS ? [make("p", { class: "hint" }, `${vectors.length - MOST_VECTORS} more are in the Raw view.`)] : [];
  const compared = vectors.slice(0, MOST_COMPARED);
  return [make("ol", { class: "vectors" }, ...items), ...more, make("div", { class: "beside" }, ...(compared.length > 1 ? matrixParts(compared, vectors.length) : []), ...planeParts(vectors.slice(0, MOST_PLACED)))];
}

const PLANE = { width: 320, height: 200, edge: 14 };

// Where the inputs lie towards one another, on the plane that tells most of them.
function planeParts(vectors) {
  const placed = projectionOf(vectors);
  if (!placed) return [];
  const { width, height, edge } = PLANE;
  const ranges = [0, 1].map((axis) => rangeOf(placed.points.map((point) => point[axis])));
  const scale = Math.min((width - 2 * edge) / (ranges[0][1] - ranges[0][0] || 1), (height - 2 * edge) / (ranges[1][1] - ranges[1][0] || 1));
  const at = (axis, value, size) => (size / 2 + (value - (ranges[axis][0] + ranges[axis][1]) / 2) * scale).toFixed(1);
  const dots = placed.points.map(([x, y], number) => {
    const place = { x: at(0, x, width), y: at(1, -y + ranges[1][0] + ranges[1][1], height) };
    const name = draw("text", { x: Number(place.x) + 5, y: Number(place.y) + 4 }, String(number + 1));
    return draw("g", {}, draw("circle", { cx: place.x, cy: place.y, r: 3 }), name);
  });
  const label = `The inputs on a plane, where near means alike: ${Math.round(100 * placed.share)} % of their differences are in it`;
  return [make("figure", { class: "plane" }, draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...dots), make("figcaption", {}, label))];
}

function vectorElement(vector) {
  const [low, high] = rangeOf(vector).map((number) => number.toPrecision(3));
  const label = `${vector.length} numbers from ${low} to ${high}`;
  const line = draw("polyline", { points: sparkline(vector, 240, 30), fill: "none" });
  const drawing = draw("svg", { viewBox: "-1 -1 242 32", preserveAspectRatio: "none", role: "img", "aria-label": label }, line);
  return make("li", {}, make("span", {}, `${vector.length} dimensions`), make("span", {}, `norm ${normOf(vector).toPrecision(4)}`), drawing);
}

function matrixParts(vectors, all) {
  const cell = (cosine) => {
    const text = cosine === null ? "none" : cosine.toFixed(3);
    return make("td", cosine === null ? {} : { "data-level": Math.round(Math.abs(cosine) * 5) }, text);
  };
  const rows = cosinesOf(vectors).map((row, at) => make("tr", {}, make("th", { scope: "row" }, String(at + 1)), ...row.map(cell)));
  const head = make("tr", {}, make("th", { scope: "col" }, "input"), ...vectors.map((_, at) => make("th", { scope: "col" }, String(at + 1))));
  const caption = `Cosine between inputs${all > vectors.length ? `, the first ${vectors.length} of ${all}` : ""}`;
  return [scroller("Cosines", make("table", { class: "cosines" }, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...rows)))];
}

customElements.define("run-data", RunData);
