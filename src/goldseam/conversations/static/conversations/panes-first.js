// Before the first paint: the panes have the widths that this person gave them, so that nothing jumps.
try {
  const kept = JSON.parse(localStorage.getItem("goldseam:panes") ?? "{}");
  for (const [name, pane] of Object.entries(kept)) {
    if (!/^(rail|list|side)$/.test(name)) continue;
    if (Number.isFinite(pane.width)) document.documentElement.style.setProperty(`--${name}`, `${pane.width}px`);
    if (pane.folded) document.documentElement.dataset[name] = "folded";
  }
  if (!kept.rail && innerWidth < 1400) document.documentElement.dataset.rail = "folded";
} catch {
  // Without storage the usual widths hold.
}
