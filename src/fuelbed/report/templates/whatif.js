/* The what-if: sliders and switches set inputs, the tape gives the outputs, and numbers are written as report/numbers.py does. */
function plain(x) {
  const a = Math.abs(x), sign = x < 0 ? "\u2212" : "";
  if (a === 0) return "0";
  if (a < 1e-4 || a >= 1e6) return sign + a.toExponential(1).replace(".0e", "e").replace("e+", "e").replace("e-", "e\u2212");
  const digits = a >= 99.5 ? 3 : 2;
  let text = Number(a.toPrecision(digits)).toFixed(Math.max(0, digits - 1 - Math.floor(Math.log10(Number(a.toPrecision(digits))))));
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  return sign + text;
}

function counted(text, unit) {
  const one = text === "1" ? unit.replace(/^(year|month|week|day|hour|minute|second|failure)s\b/, "$1") : unit;
  return text + (one ? " " + one : "");
}

function duration(years) {
  const units = [["years", 1], ["days", 365.25], ["h", 8766], ["min", 525960], ["s", 31557600]];
  const [name, many] = units.find(([, n]) => years * n >= 1) || (years === 0 ? units[0] : units[4]);
  return counted(plain(years * many), name);
}

function shown(x, kind, unit) {
  if (kind === "share" || kind === "change") return plain(100 * x) + " %";
  if (kind === "probability" && x >= 0.99 && x < 1)
    return 1 - x < 1e-6 ? ">0.999999" : x.toFixed(1 - Math.floor(Math.log10(1 - x))).replace(/0+$/, "");
  if (unit === "years") return duration(x);
  const tail = unit ? unit.replace("per year", "a year") : kind === "rate" ? "a year" : "";
  return counted(plain(x), tail);
}

function shownChange(now, today) {
  if (!(today > 0) || Math.abs(now / today - 1) < 5e-5) return now === today || today > 0 ? "no change" : "";
  const y = 100 * (now / today - 1);
  const near = y > -100 && y < -99 ? String(Math.floor(Math.abs(y) * 100) / 100) : null;
  const text = near !== null ? "\u2212" + near : Math.abs(y) < 9.95 ? plain(y) : y.toFixed(0).replace("-", "\u2212");
  return (y > 0 ? "+" : "") + text + " %";
}

function toPosition(s, value) {
  if (s.high === s.low) return 0;
  return s.scale === "log" ? Math.log(value / s.low) / Math.log(s.high / s.low) : (value - s.low) / (s.high - s.low);
}

function toValue(s, position) {
  if (position >= 1) return s.high;
  return s.scale === "log" ? s.low * Math.pow(s.high / s.low, position) : s.low + position * (s.high - s.low);
}

/* What the switches that are on do together to one chance of tipping (numerics/process/tips.py): the largest sets that were computed;
   of several the better one where each surely raises nothing, else the worst there is. Null where none of them moves it. */
function tippingOf(parts, switches) {
  const on = parts.filter((p) => p.of.every((i) => switches[i]));
  const most = on.filter((p) => !on.some((q) => q !== p && p.of.every((i) => q.of.includes(i))));
  if (most.length < 2) return most.length ? most[0].set : null;
  return most.every((p) => p.lowers) ? [Math.min(...most.map((p) => p.set[0])), 0] : [1, 1];
}

/* Why a slider that moves nothing moves nothing: who sets its number instead, or would. */
function inertWords(data, switches, i) {
  const mine = new Set(data.sliders[i].inputs), named = (list) => list.map((s) => s.id.replace(/^without:/, "")).join(", ");
  const setting = data.switches.map((s, k) => ({ s, k })).filter(({ s }) => s.set.some(([at]) => mine.has(at)));
  const on = setting.filter(({ k }) => switches[k]).map(({ s }) => s), could = setting.filter(({ s }) => s.kind === "action").map(({ s }) => s);
  if (on.length) return "set by a switch that is on: " + named(on);
  return "changes nothing as things stand" + (could.length ? "; " + named(could) + " would set it" : "");
}

/* Marks sliders that no output follows, whichever way they are moved. Long tapes do it piece by piece, and start again when
   something moves. */
function inertMarks(data, state, sliders) {
  const moves = (i) => {
    const now = state.now, at = [...state.sliders];
    return [data.sliders[i].low, data.sliders[i].high].some((end) => {
      at[i] = end;
      const r = evaluate(data.tape, inputsNow(data, at, state.switches));
      return data.outputs.some((o, k) => !o.fixed && Math.abs(r[o.register] - now[k]) > 1e-12 * Math.abs(now[k]));
    });
  };
  let job = 0, slow = false;
  return () => {
    const mine = ++job;
    let i = 0;
    const go = () => {
      const start = performance.now();
      for (; mine === job && i < sliders.length; i++) {
        if (performance.now() - start > (slow ? 8 : 40)) { slow = true; setTimeout(go, 16); return; }
        const inert = !moves(i), label = sliders[i].closest("label"), why = label.querySelector(".why");
        sliders[i].disabled = inert && sliders[i] !== document.activeElement;
        label.classList.toggle("inert", inert);
        why.textContent = inert ? inertWords(data, state.switches, i) : "";
      }
    };
    go();
  };
}

function whatif(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const sliders = [...box.querySelectorAll("input[type=range]")].sort((a, b) => a.dataset.at - b.dataset.at);
  const switches = [...box.querySelectorAll("input[type=checkbox]")].sort((a, b) => a.dataset.at - b.dataset.at);
  const rows = [...box.querySelectorAll("[data-output]")];
  const reset = box.querySelector("button.reset");
  const state = { sliders: sliders.map(() => null), switches: switches.map(() => false), inputs: [], today: [], now: [] };
  const today = evaluate(data.tape, inputsNow(data, state.sliders, state.switches));
  state.today = data.outputs.map((o) => (o.fixed ? null : today[o.register]));
  const mark = inertMarks(data, state, sliders);

  function draw() {
    state.inputs = inputsNow(data, state.sliders, state.switches);
    const r = evaluate(data.tape, state.inputs);
    state.now = data.outputs.map((o) => (o.fixed ? null : r[o.register]));
    const moved = state.switches.filter(Boolean).length + state.sliders.filter((s) => s !== null).length;
    data.outputs.forEach((o, i) => {
      if (o.fixed) { rows[i].querySelector(".stale").hidden = moved === 0; return; }
      const now = state.now[i], was = state.today[i], top = Math.max(now, was) || 1;
      rows[i].querySelector(".now").textContent = shown(now, o.kind, o.unit);
      rows[i].querySelector(".delta").textContent = shownChange(now, was);
      rows[i].dataset.value = String(now);
      rows[i].dataset.today = String(was);
      rows[i].dataset.way = now < was * (1 - 5e-5) ? "down" : now > was * (1 + 5e-5) ? "up" : "";
      rows[i].querySelector(".bar").setAttribute("width", (100 * now) / top + "%");
      rows[i].querySelector(".was").setAttribute("x", (99.5 * was) / top + "%");
    });
    sliders.forEach((input, i) => {
      const s = data.sliders[i], value = state.sliders[i] === null ? s.value : state.sliders[i];
      const text = shown(value, s.unit ? "plain" : "probability", s.unit);
      input.value = toPosition(s, value);
      input.setAttribute("aria-valuetext", text);
      input.closest("label").querySelector("output").textContent = text;
      input.closest("label").classList.toggle("moved", state.sliders[i] !== null);
    });
    switches.forEach((input, i) => { input.checked = state.switches[i]; });
    reset.disabled = moved === 0;
    reset.textContent = "Back to today" + (moved ? ` (${moved} change${moved > 1 ? "s" : ""})` : "");
    mark();
  }

  sliders.forEach((input, i) => input.addEventListener("input", () => {
    const s = data.sliders[i], at = Number(input.value); // the step nearest to today's mark is today
    state.sliders[i] = Math.abs(at - toPosition(s, s.value)) <= input.step / 2 ? null : toValue(s, at);
    draw();
  }));
  switches.forEach((input, i) => input.addEventListener("change", () => { state.switches[i] = input.checked; draw(); }));
  reset.addEventListener("click", () => { state.sliders.fill(null); state.switches.fill(false); draw(); });
  draw();
  return { evaluate: (inputs) => evaluate(data.tape, inputs), state, data };
}

