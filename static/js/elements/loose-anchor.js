// Leads to the part of the page that its address must mean, where it names none. Loaded for such an address alone.

import { meantBy } from "../lib/anchors.js";
import { nameIn } from "../lib/fragment.js";

const anchors = [...document.querySelectorAll("main > article.prose [id]")].map(({ id }) => id);
const meant = meantBy(nameIn(location.hash), anchors);
if (meant) location.replace(`#${encodeURIComponent(meant)}`);
