// This stands in the page, before its body: the chosen theme, so that nothing flashes; and `main.js`, once the text has been painted.
try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "system";
} catch {
  document.documentElement.dataset.theme = "system";
}
{
  const { main } = document.currentScript.dataset;
  const begin = () => import(main);
  const tellsPaint = PerformanceObserver.supportedEntryTypes?.includes("paint");
  addEventListener("DOMContentLoaded", () => {
    if (document.hidden || !tellsPaint) begin();
    else new PerformanceObserver(begin).observe({ type: "paint", buffered: true });
  });
}
