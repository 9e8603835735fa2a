/* The boundary: an entry of the legend lights its line; the slider moves the dashed line between boundaries that were computed. */
function sizesAt(d, value) {
  const { values, curves } = d, near = 1e-6 * (values[values.length - 1] - values[0]);
  let i = 0;
  while (i < values.length - 2 && value > values[i + 1]) i++;
  for (const k of [i, i + 1]) if (Math.abs(value - values[k]) <= near) return curves[k];
  const share = (value - values[i]) / (values[i + 1] - values[i]);
  return curves[i].map((a, k) => (a === null || curves[i + 1][k] === null ? null : a + share * (curves[i + 1][k] - a)));
}

/* The same as _Frame.path of report/_plot.py. */
function boundaryPath(d, sizes) {
  const { low, high, top, most, height, pad, wide } = d.frame;
  const none = (i) => i < 0 || i >= sizes.length || sizes[i] === null;
  let path = "";
  sizes.forEach((size, i) => {
    if (none(i - 1) && none(i) && none(i + 1)) return;
    const joined = path && !(size === null && none(i - 1));
    path += `${joined ? "L" : "M"}${(wide * (d.xs[i] - low)) / (high - low)} ${pad + height * (1 - (size ?? most) / top)}`;
  });
  return sizes.length === 1 && path ? path + "h0" : path;
}

function sizeNear(d, sizes) {
  const { xs, load } = d, last = xs.length - 1;
  if (load === null || load < xs[0] || load > xs[last]) return undefined;
  let i = 0;
  while (i < last - 1 && load > xs[i + 1]) i++;
  if (last === 0) return sizes[0];
  const share = (load - xs[i]) / (xs[i + 1] - xs[i]), a = sizes[i], b = sizes[i + 1];
  return a === null || b === null ? (share < 0.5 ? a : b) : a + share * (b - a);
}

function sizeSaid(size, greatest) {
  if (size === null) return `none up to ${plain(greatest)} times`;
  return size === 0 ? "no push is needed" : `about ${plain(size)} times the push`;
}

function boundary(box) {
  const lines = [...box.querySelectorAll("[data-line]")], buttons = [...box.querySelectorAll("[data-lights]")];
  let pinned = null;
  const light = (b) => lines.forEach((l) => l.classList.toggle("on", b !== null && l.dataset.line === b.dataset.lights));
  for (const b of buttons) {
    for (const on of ["mouseenter", "focus"]) b.addEventListener(on, () => light(b));
    for (const off of ["mouseleave", "blur"]) b.addEventListener(off, () => light(pinned));
    b.addEventListener("click", () => {
      pinned = pinned === b ? null : b;
      buttons.forEach((x) => x.setAttribute("aria-pressed", String(x === pinned)));
      light(pinned || b);
    });
  }
  const source = box.querySelector("script");
  if (!source) return;
  const d = JSON.parse(source.textContent), input = box.querySelector("input"), back = box.querySelector("button.back");
  const line = box.querySelector(".plot .curve.try"), name = box.querySelector("text.try"), said = box.querySelector(".sliders > .said");

  /* The line's name stands at the first of its points, from the left, where no other words are. */
  function place(sizes) {
    const { low, high, top, height, pad } = d.frame, others = [...box.querySelectorAll("text.name:not(.try), text.region")];
    const taken = others.map((t) => t.getBoundingClientRect());
    name.textContent = "";
    for (let i = 0; i < sizes.length; i++) {
      if (sizes[i] === null || sizes[i] > top) continue;
      const part = (d.xs[i] - low) / (high - low), y = pad + height * (1 - sizes[i] / top) - 6;
      name.textContent = "what if";
      name.setAttribute("x", 100 * part + "%");
      name.setAttribute("y", Math.max(14, y));
      name.setAttribute("text-anchor", part > 0.7 ? "end" : "start");
      const r = name.getBoundingClientRect();
      if (!taken.some((t) => t.left < r.right + 4 && t.right > r.left - 4 && t.top < r.bottom && t.bottom > r.top)) return;
    }
  }

  function draw() {
    const at = Number(input.value), low = d.values[0], high = d.values[d.values.length - 1];
    const moved = at !== d.place, value = moved ? low + ((high - low) * at) / d.steps : d.today;
    const sizes = sizesAt(d, value), size = sizeNear(d, sizes), text = counted(plain(value), d.unit);
    line.setAttribute("d", moved ? boundaryPath(d, sizes) : "");
    place(moved ? sizes : []);
    box.classList.toggle("moved", moved);
    box.querySelector("output").textContent = moved ? text : text + " (today)";
    const here = moved ? (size === undefined ? "" : sizeSaid(size, d.greatest)) : d.was, words = here && here + " at today\u2019s load";
    said.textContent = words && words[0].toUpperCase() + words.slice(1) + (moved ? `; ${d.was} as it is.` : ", as it is.");
    input.setAttribute("aria-valuetext", [moved ? text : text + ", as today", words].filter(Boolean).join(": "));
    back.disabled = !moved;
  }
  input.addEventListener("input", draw);
  back.addEventListener("click", () => { input.value = d.place; draw(); input.focus(); });
  input.value = d.place;
  draw();
}
