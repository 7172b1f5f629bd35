// Mermaid's settings for the colours of the page.

// `colours` are the page's roles as CSS colours: paper, paper-2, paper-3, ink, ink-2, line, accent, warm.
export function settingsFor(colours, { isDark, fontFamily }) {
  const { paper, ink, line, accent, warm } = colours;
  const edge = colours["ink-2"];
  return {
    theme: "base",
    look: "classic",
    fontFamily,
    flowchart: { useMaxWidth: true },
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
      activationBorderColor: accent,
      errorTextColor: warm,
    },
  };
}
