/* The page reads without this script; it only moves marks. */
document.documentElement.classList.add("js");

function graph(box) {
  const nodes = [...box.querySelectorAll("[data-node]")], edges = [...box.querySelectorAll("[data-edge]")];
  const buttons = [...box.querySelectorAll("[data-set]")];
  const ends = edges.map((e) => e.dataset.edge.split(" ").map((side) => side.split(",").map(Number)));
  const members = buttons.map((b) => b.dataset.set.split(" ").filter(Boolean).map(Number));
  let pinned = -1;

  function downstream(from) {
    const seen = new Set(from), todo = [...from];
    while (todo.length) {
      const v = todo.pop();
      for (const [from, [b]] of ends) if (from.includes(v) && !seen.has(b)) { seen.add(b); todo.push(b); }
    }
    return seen;
  }

  function show(sets, at) {
    const factors = new Set(sets.flatMap((k) => members[k]));
    if (at >= 0) factors.add(at);
    const lit = downstream(factors);
    box.classList.toggle("dim", factors.size > 0);
    nodes.forEach((n, i) => n.classList.toggle("on", lit.has(i)));
    edges.forEach((e, i) => e.classList.toggle("on", ends[i][0].some((v) => lit.has(v))));
    buttons.forEach((b, k) => b.classList.toggle("on", sets.includes(k)));
  }

  const rest = () => show(pinned < 0 ? [] : [pinned], -1);
  nodes.forEach((n, i) => {
    const mine = members.flatMap((m, k) => (m.includes(i) ? [k] : []));
    for (const on of ["mouseenter", "focus"]) n.addEventListener(on, () => show(mine, i));
    for (const off of ["mouseleave", "blur"]) n.addEventListener(off, rest);
  });
  buttons.forEach((b, k) => {
    for (const on of ["mouseenter", "focus"]) b.addEventListener(on, () => show([k], -1));
    for (const off of ["mouseleave", "blur"]) b.addEventListener(off, rest);
    b.addEventListener("click", () => {
      pinned = pinned === k ? -1 : k;
      buttons.forEach((x, i) => x.setAttribute("aria-pressed", String(i === pinned)));
      if (pinned < 0) rest(); else show([k], -1);
    });
  });
  box.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    pinned = -1;
    buttons.forEach((x) => x.setAttribute("aria-pressed", "false"));
    rest();
  });
}

document.querySelectorAll(".graph").forEach(graph);
document.querySelectorAll(".boundary").forEach(boundary);
window.fuelbed = [...document.querySelectorAll(".whatif")].map(whatif)[0] || null;
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((d) => { d.open = true; });
});
window.addEventListener("afterprint", () => closed.forEach((d) => { d.open = false; }));
