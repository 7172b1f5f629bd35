// Mermaid's settings for the colours of the page, and which ink can be read on a colour that a diagram's author chose.

export const ROLES = ["paper", "paper-2", "paper-3", "ink", "ink-2", "line", "accent", "warm", "notable", "fine", "weighty", "bad"];

const HUES = ["accent", "warm", "notable", "weighty", "fine", "bad"];
// Kinds of diagrams that are laid out as GitHub has them; what mermaid takes otherwise is 1.5 MB of script, and for a telephone a second of work.
const LAID_OUT = ["flowchart", "state", "class", "er", "requirement"];
// Slices, bars and branches: as many as mermaid tells apart.
const PARTS = 12;

// `colours` gives for each role what a browser computes, as "rgb(23, 98, 92)".
export function settingsFor(colours, { isDark, fontFamily }) {
  const { paper, ink, line } = colours;
  const edge = colours["ink-2"];
  const tints = Array.from({ length: PARTS }, (_, at) => mix(colours[HUES[at % HUES.length]], paper, at < HUES.length ? 0.38 : 0.2));
  const series = (name, from) => Object.fromEntries(tints.map((tint, at) => [`${name}${at + from}`, tint]));
  return {
    theme: "base",
    look: "classic",
    ...Object.fromEntries(LAID_OUT.map((kind) => [kind, { layout: "dagre" }])),
    fontFamily,
    themeVariables: {
      darkMode: isDark,
      background: paper,
      fontFamily,
      fontSize: "15px",
      primaryColor: colours["paper-2"],
      primaryTextColor: ink,
      primaryBorderColor: edge,
      secondaryColor: colours["paper-3"],
      secondaryTextColor: ink,
      secondaryBorderColor: edge,
      tertiaryColor: paper,
      tertiaryTextColor: ink,
      tertiaryBorderColor: line,
      lineColor: edge,
      textColor: ink,
      titleColor: ink,
      mainBkg: colours["paper-2"],
      nodeBorder: edge,
      clusterBkg: paper,
      clusterBorder: line,
      edgeLabelBackground: paper,
      noteBkgColor: colours["paper-3"],
      noteTextColor: ink,
      noteBorderColor: line,
      actorBorder: edge,
      activationBorderColor: colours.accent,
      ...series("pie", 1),
      pieStrokeColor: paper,
      pieOuterStrokeColor: line,
      pieSectionTextColor: ink,
      ...series("cScale", 0),
      ...Object.fromEntries(tints.map((_, at) => [`cScaleLabel${at}`, ink])),
      ...Object.fromEntries(HUES.map((hue, at) => [`git${at}`, colours[hue]])),
      taskBkgColor: tints[0],
      taskBorderColor: edge,
      taskTextColor: ink,
      taskTextDarkColor: ink,
      taskTextOutsideColor: ink,
      sectionBkgColor: colours["paper-2"],
      altSectionBkgColor: paper,
      gridColor: line,
    },
  };
}

// `share` of the one colour and the rest of the other.
export function mix(one, other, share) {
  const [first, second] = [parts(one), parts(other)];
  return `rgb(${first.map((part, at) => Math.round(part * share + second[at] * (1 - share))).join(", ")})`;
}

// Black or white, whichever is read better on `colour`; null where that is no colour, or one that lets through what is behind it.
export function inkOn(colour) {
  const [red, green, blue, opacity = 1] = parts(colour);
  if (blue === undefined || opacity < 0.6) return null;
  const [r, g, b] = [red, green, blue].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#111111" : "#ffffff";
}

const parts = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
