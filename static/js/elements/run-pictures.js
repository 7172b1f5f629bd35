// <run-pictures>: the pictures of a request as chips. They come by choice, by drop and by paste, and are made smaller on request.

import { maker, say } from "../lib/make.js";
import { picturesIn, withOther, withoutPicture, withPicture } from "../lib/pictures.js";
import { bytesText } from "../lib/units.js";

const make = maker(document);
const LARGEST_SIDE = 1024;
// What the server takes as a body, and from what size on a picture is worth making smaller.
const LARGEST_BODY = 1 << 20;
const LARGE = 150_000;
const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

class RunPictures extends HTMLElement {
  #request = null;
  #shown = "";

  open(request) {
    this.#request = request;
    this.choose = make("input", { type: "file", accept: TYPES.join(","), multiple: "", hidden: "" });
    this.add = make("button", { type: "button", class: "add", title: "Or drop it here, or paste it" }, "Add picture");
    this.list = make("ul", { "aria-label": "Pictures of the request" });
    this.said = make("span", { class: "said", role: "status" });
    this.append(this.list, this.choose, this.said);
    request.tools.prepend(this.add);
    this.add.addEventListener("click", () => this.choose.click());
    this.choose.addEventListener("change", () => this.#take([...this.choose.files]));
    request.addEventListener("paste", (event) => this.#arrive(event, event.clipboardData), true);
    request.addEventListener("drop", (event) => this.#arrive(event, event.dataTransfer), true);
    request.addEventListener("dragover", (event) => this.#invite(event), true);
    for (const name of ["dragleave", "drop", "dragend"]) request.addEventListener(name, () => request.classList.remove("inviting"));
    this.list.addEventListener("click", (event) => this.#act(event.target));
    this.refresh();
  }

  #invite(event) {
    if (![...event.dataTransfer.items].some(({ kind, type }) => kind === "file" && TYPES.includes(type))) return;
    event.preventDefault();
    this.#request.classList.add("inviting");
  }

  #arrive(event, transfer) {
    const files = [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.#take(files);
  }

  async #take(files) {
    for (const file of files) {
      if (!TYPES.includes(file.type)) say(this.said, `${file.name} is no PNG, JPEG, WebP or GIF, so it was left out.`);
      else this.#put({ type: file.type, base64: await base64Of(file) });
    }
    this.choose.value = "";
  }

  #put(fresh) {
    const { panel } = this.#request;
    try {
      this.#request.write(withPicture(panel.dataset.path, panel.body.value, fresh));
      say(this.said, "");
    } catch {
      say(this.said, "The body is not JSON, so no picture can be put into it. Correct it and add the picture again.");
    }
  }

  /** Shows the pictures that are in the body now. */
  refresh() {
    if (!this.list) return;
    const { body, dataset } = this.#request.panel;
    const found = picturesIn(dataset.path, body.value);
    const told = found.map(({ at, bytes }) => `${at.join()}:${bytes}`).join(" ");
    this.#warn(body.value);
    if (told === this.#shown) return;
    this.#shown = told;
    this.list.replaceChildren(...found.map((picture, at) => this.#chip(picture, at)));
    this.list.hidden = !found.length;
  }

  #warn(text) {
    if (text.length < LARGEST_BODY / 2) return;
    const size = new Blob([text]).size;
    if (size > LARGEST_BODY) say(this.said, `The request has ${bytesText(size)}, and at most ${bytesText(LARGEST_BODY)} are sent. Make a picture smaller.`);
    else say(this.said, "");
  }

  #chip({ base64, type, bytes }, at) {
    const image = make("img", { src: `data:${type};base64,${base64}`, alt: `Picture ${at + 1}` });
    const facts = make("span", { class: "facts" }, `${type.slice(6).toUpperCase()}, ${bytesText(bytes)}`);
    const smaller = make("button", { type: "button", class: "smaller", "data-at": at, "aria-label": `Make smaller: picture ${at + 1}` }, "Make smaller");
    smaller.hidden = bytes < LARGE;
    image.addEventListener("load", () => {
      facts.textContent = `${type.slice(6).toUpperCase()}, ${image.naturalWidth} × ${image.naturalHeight}, ${bytesText(bytes)}`;
      smaller.hidden = bytes < LARGE && Math.max(image.naturalWidth, image.naturalHeight) <= LARGEST_SIDE;
    });
    image.addEventListener("error", () => (facts.textContent = `no picture that can be shown, ${bytesText(bytes)}`));
    const remove = make("button", { type: "button", class: "remove", "data-at": at, "aria-label": `Remove picture ${at + 1}` }, "×");
    return make("li", {}, image, facts, smaller, remove);
  }

  async #act(target) {
    if (target.dataset.at === undefined) return;
    const { body, dataset } = this.#request.panel;
    const picture = picturesIn(dataset.path, body.value)[target.dataset.at];
    if (target.className === "remove") this.#request.write(withoutPicture(body.value, picture.at));
    else await this.#shrink(picture, target.closest("li").querySelector("img"));
    this.add.focus();
  }

  async #shrink(picture, image) {
    const scale = Math.min(1, LARGEST_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = make("canvas", { width: Math.round(image.naturalWidth * scale), height: Math.round(image.naturalHeight * scale) });
    const brush = canvas.getContext("2d");
    // JPEG knows no transparency: what is clear becomes paper.
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    const fresh = { type: "image/jpeg", base64: await base64Of(made) };
    if (made.size >= picture.bytes) return say(this.said, "It would not become smaller.");
    const { body, dataset } = this.#request.panel;
    this.#request.write(withOther(dataset.path, body.value, picture, fresh));
    say(this.said, `Now ${canvas.width} × ${canvas.height}, ${bytesText(made.size)}.`);
  }
}

async function base64Of(blob) {
  const reader = new FileReader();
  await new Promise((done, failed) => {
    reader.onload = done;
    reader.onerror = failed;
    reader.readAsDataURL(blob);
  });
  return reader.result.slice(reader.result.indexOf(",") + 1);
}

customElements.define("run-pictures", RunPictures);
