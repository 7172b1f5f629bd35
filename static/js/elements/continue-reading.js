// <continue-reading>: leads back to the pages that were begun. Around a way to begin, for those who have not.

import { readList } from "../lib/kept.js";
import { maker } from "../lib/make.js";
import { hrefOf, unfinished } from "../lib/reading-list.js";

const make = maker(document);
const MOST = 3;

class ContinueReading extends HTMLElement {
  connectedCallback() {
    const places = unfinished(readList("reading"), MOST);
    if (!places.length) return;
    const links = places.flatMap((place, at) => [at ? " · " : "", make("a", { href: hrefOf(place) }, place.title), ` ${Math.round(place.share * 100)} %`]);
    this.replaceChildren(make("p", {}, "Continue reading ", ...links));
  }
}

customElements.define("continue-reading", ContinueReading);
