// <run-history>: the earlier runs of an example, to be shown again, compared, or shared.

import { Answering } from "../lib/answering.js";
import { markedWords } from "../lib/beside.js";
import { readFacts, readFrames, requestOf, whenText } from "../lib/earlier.js";
import { maker, say } from "../lib/make.js";
import { rateText, timeText } from "../lib/units.js";
import { compareTexts, likeness } from "../lib/words.js";

const make = maker(document);
const SHOWN = 20;

class RunHistory extends HTMLElement {
  /** @param {Element} panel it works for */
  open(panel) {
    this.panel = panel;
    if (!this.list) this.#build();
    this.#load();
  }

  #build() {
    const refresh = button("Refresh", () => this.#load());
    const close = button("×", () => this.#close());
    close.className = "close";
    close.ariaLabel = "Close Earlier runs";
    this.list = make("ol", { class: "earlier" });
    this.said = make("p", { class: "hint", role: "status" });
    this.outcome = make("div", { class: "outcome-of" });
    this.append(make("div", { class: "tool-head" }, make("strong", {}, "Earlier runs"), refresh, close), this.said, this.list);
  }

  #close() {
    this.hidden = true;
    this.panel.querySelector("button.more")?.focus();
  }

  async #load() {
    const { page, example } = this.panel.source;
    this.all = `/runs/?${new URLSearchParams({ page, example })}`;
    try {
      const { runs, has_more: more } = await (await fetch(`${this.all}&format=json`)).json();
      this.list.replaceChildren(...runs.slice(0, SHOWN).map((run) => this.#row(run)));
      say(this.said, runs.length ? "Yours alone, newest first." : "There are none yet: each run of this example will be here.");
      if (more || runs.length > SHOWN) this.said.append(" ", make("a", { href: this.all }, "All of them"));
    } catch {
      say(this.said, "Earlier runs could not be read: the portal does not answer. Refresh to try again.");
    }
  }

  #row(run) {
    const { stats } = run;
    const figures = [stats?.duration_ms != null && timeText(stats.duration_ms), stats?.tokens_per_second && rateText(stats.tokens_per_second), stats?.output_tokens && `${stats.output_tokens} token${stats.output_tokens === 1 ? "" : "s"}`];
    const outcome = run.outcome || "running";
    const row = make("li", {},
      make("a", { href: `/runs/${run.id}/` }, make("time", { datetime: run.created }, whenText(run.created))),
      make("span", { class: "what" }, [run.model, outcome, ...figures].filter(Boolean).join(" · ")),
      make("span", { class: "acts" },
        button("Show", () => this.panel.showEarlier(`/runs/${run.id}/`)),
        button("Compare", () => this.#compare(run, row)),
        button("Share", () => this.#share(run, row))));
    return row;
  }

  /** What differs from that run's answer to the one in the panel. */
  async #compare(run, row) {
    this.#answerAt(row);
    const now = this.panel.answerText;
    if (!now) return this.#tell("Run the example, or show one of these, and compare that with this run.");
    try {
      const before = await textOf(`/runs/${run.id}/`);
      const parts = compareTexts(before, now);
      if (!parts) return this.#tell("The two answers are too long to be compared.");
      const title = `From the answer of ${whenText(run.created)} to the one above`;
      const share = before === now ? "the same" : `${Math.round(100 * likeness(parts))} % of the words are the same`;
      this.outcome.replaceChildren(make("p", { class: "title" }, title, make("small", {}, ` ${share}`)),
        make("div", { class: "diff", dir: "auto", tabindex: "0", role: "group", "aria-label": title }, ...markedWords(parts, make)));
    } catch (error) {
      this.#tell(error.message ?? "The earlier run could not be read. Try again.");
    }
  }

  async #share(run, row) {
    this.#answerAt(row);
    try {
      const { token } = await (await fetch("/runs/token")).json();
      const answer = await fetch(`/runs/${run.id}/share`, { method: "POST", headers: { "X-CSRFToken": token } });
      const { address, error } = await answer.json();
      if (error) return this.#tell(error.message);
      const link = `${location.origin}${location.pathname}?shared=${address.split("/")[2]}#${encodeURIComponent(this.panel.id)}`;
      this.#tell("Whoever has this link sees the run in this example: ", make("a", { href: link }, link), " ", this.#copyButton(link),
        " ", make("a", { href: `/runs/${run.id}/` }, "Take it back"), " on the page of the run.");
    } catch {
      this.#tell("The run could not be shared: the portal does not answer. Try again.");
    }
  }

  #copyButton(text) {
    const made = button("Copy", async () => {
      try {
        await navigator.clipboard.writeText(text);
        say(made, "Copied");
      } catch {
        say(made, "Mark it and copy it");
      }
    });
    return made;
  }

  // What a button brings stands below its own row.
  #answerAt(row) {
    this.outcome.replaceChildren();
    row.append(this.outcome);
  }

  #tell(...parts) {
    this.outcome.replaceChildren(make("p", { class: "told", role: "status" }, ...parts));
  }
}

function button(label, act) {
  const made = make("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
}

async function textOf(address) {
  const answering = new Answering(requestOf(await readFacts(address)));
  for await (const frame of readFrames(address)) answering.take(frame);
  answering.read();
  return answering.text;
}

customElements.define("run-history", RunHistory);
