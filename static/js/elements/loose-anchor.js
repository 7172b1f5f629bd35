// Leads to the part of the page that its address must mean, where it names none. Loaded for such an address alone.

import { meantBy } from "../lib/anchors.js";

const anchors = [...document.querySelectorAll("main > article.prose [id]")].map(({ id }) => id);
const meant = meantBy(decodeURIComponent(location.hash.slice(1)), anchors);
if (meant) location.replace(`#${encodeURIComponent(meant)}`);
