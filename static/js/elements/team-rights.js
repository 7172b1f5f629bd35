// <team-rights>: beside each example that its reader may not run, why not and whom to ask. Asked for once, when there is an example.

import { maker } from "../lib/make.js";
import { rights, whyNot } from "../lib/rights.js";

const make = maker(document);

class TeamRights extends HTMLElement {
  async connectedCallback() {
    const panels = [...document.querySelectorAll("main run-panel")].filter((panel) => panel.querySelector("button.run"));
    if (!panels.length) return;
    const told = await rights();
    if (told) for (const panel of panels) this.#mark(panel, told);
  }

  #mark(panel, told) {
    const why = whyNot(told, panel.dataset);
    if (!why) return;
    const ask = told.signed_in ? told.whom : make("a", { href: `/sign-in/?next=${encodeURIComponent(location.pathname)}` }, "Sign in");
    panel.querySelector(".panel-head").after(make("p", { class: "barred" }, `${why} `, ask));
    panel.querySelector("button.run").disabled = true;
  }
}

customElements.define("team-rights", TeamRights);
