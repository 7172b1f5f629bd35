// <saved-requests>: what people saved of the examples of this page, beside each and at the end. Asked for once, when there is an example.

import { maker } from "../lib/make.js";
import { rights } from "../lib/rights.js";
import { savedOf } from "../lib/saved.js";

const make = maker(document);

class SavedRequests extends HTMLElement {
  async connectedCallback() {
    const panels = [...document.querySelectorAll("main run-panel[data-page]")].filter((panel) => panel.querySelector("button.run"));
    if (!panels.length || (this.dataset.team && !(await rights())?.signed_in)) return;
    const found = await savedOf(panels[0].dataset.page);
    for (const panel of panels) if (found.has(panel.id)) this.#mark(panel, found.get(panel.id));
    const all = [...found.values()].flat();
    if (all.length) this.#tell(all);
  }

  // A button in the header, so that nothing of the page moves; the list comes when it is pressed.
  #mark(panel, saved) {
    const button = make("button", { type: "button", class: "saved", "aria-expanded": "false" }, `${saved.length} saved`);
    const list = make("ul", { class: "saved-list", hidden: "" }, ...saved.map((one) => make("li", {}, this.#opener(panel, one), " ", made(one))));
    button.addEventListener("click", () => {
      list.hidden = !list.hidden;
      button.setAttribute("aria-expanded", String(!list.hidden));
    });
    panel.querySelector(".panel-head .actions").prepend(button);
    panel.querySelector(".panel-head").after(list);
  }

  #opener(panel, { id, name }) {
    const opener = make("button", { type: "button" }, name);
    opener.addEventListener("click", () => panel.openSaved(`/library/${id}/`));
    return opener;
  }

  #tell(all) {
    const foot = document.querySelector("main > .about-page");
    if (!foot) return;
    const items = all.map((one) => make("li", {}, make("a", { href: `/library/${one.id}/` }, one.name), " ", made(one)));
    foot.append(make("details", { class: "saved-here" }, make("summary", {}, `Saved requests (${all.length})`), make("ul", {}, ...items)));
  }
}

const made = ({ author, model, note }) => make("small", {}, [author, model, note.split("\n")[0].slice(0, 90)].filter(Boolean).join(" · "));

customElements.define("saved-requests", SavedRequests);
