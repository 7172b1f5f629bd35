// <keyboard-help>: the list of keys, a switch for each and one for all, and the choice of theme, in a dialog. Loaded when it is first opened.

import { write } from "../lib/kept.js";
import { SHORTCUTS } from "../lib/shortcuts.js";
import { areOn, isChosen, switchAll, switchOne } from "../lib/switches.js";

const THEMES = { system: "As the system", light: "Light", dark: "Dark" };
const NAMES = { Mod: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl", Enter: "↵" };

class KeyboardHelp extends HTMLElement {
  connectedCallback() {
    this.dialog = element("dialog", { "aria-labelledby": "keyboard-help-title" });
    const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "✕");
    const title = element("h2", { id: "keyboard-help-title" }, "Keys and theme");
    this.dialog.append(element("header", {}, title, close), themes(), ...keys());
    this.append(this.dialog);
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  open() {
    if (this.dialog.open) return;
    this.querySelector(`input[value="${document.documentElement.dataset.theme}"]`).checked = true;
    this.dialog.showModal();
  }
}

function themes() {
  const choices = Object.entries(THEMES).map(([value, text]) => element("label", {}, element("input", { type: "radio", name: "theme", value }), text));
  const field = element("fieldset", {}, element("legend", {}, "Theme"), ...choices);
  field.addEventListener("change", (event) => {
    document.documentElement.dataset.theme = event.target.value;
    write("theme", event.target.value);
  });
  return field;
}

// The one for all leaves each as it is, so that switching on again brings back what was chosen.
function keys() {
  const own = SHORTCUTS.map(({ name, does }) => switchFor(does, isChosen(name), (on) => switchOne(name, on)));
  const follow = (on) => own.forEach(({ firstChild }) => (firstChild.disabled = !on));
  const all = switchFor("Keys are on", areOn(), (on) => {
    switchAll(on);
    follow(on);
  });
  all.className = "switch";
  follow(areOn());
  return [all, element("dl", {}, ...SHORTCUTS.map((shortcut, at) => row(shortcut, own[at])))];
}

function switchFor(text, isOn, turn) {
  const box = element("input", { type: "checkbox", role: "switch" });
  box.checked = isOn;
  box.addEventListener("change", () => turn(box.checked));
  return element("label", {}, box, text);
}

function row(shortcut, own) {
  const ways = shortcut.keys.flatMap((way, at) => (at ? [" or ", ...drawn(way)] : drawn(way)));
  return element("div", {}, element("dt", {}, own), element("dd", {}, ...ways));
}

const drawn = (way) => way.split(/[ +]/).flatMap((key, at) => {
  const shown = element("kbd", {}, NAMES[key] ?? (way.startsWith("Mod+") ? key.toUpperCase() : key));
  return at ? [" ", shown] : [shown];
});

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

customElements.define("keyboard-help", KeyboardHelp);

let help = null;

// Opens the list; `button` names its stylesheet.
export async function open(button) {
  if (!help) {
    help = document.createElement("keyboard-help");
    await new Promise((resolve) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: button.dataset.style, onload: resolve, onerror: resolve });
      document.head.append(sheet);
    });
    document.body.append(help);
  }
  help.open();
}
