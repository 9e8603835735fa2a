"use strict";
/* The tape: registers are inputs, then constants, then one per operation. The same semantics as numerics/boolean/tape.py. */
const OPS = {
  "+": (r, a, b) => r[a] + r[b],
  "-": (r, a, b) => r[a] - r[b],
  "*": (r, a, b) => r[a] * r[b],
  "/": (r, a, b) => (r[b] === 0 ? 0 : r[a] / r[b]),
  "~": (r, a) => 1 - r[a],
  "?": (r, c, a, b) => r[c] * r[a] + (1 - r[c]) * r[b],
  "exp": (r, a) => Math.exp(r[a]),
  "min": (r, a, b) => Math.min(r[a], r[b]),
  "max": (r, a, b) => Math.max(r[a], r[b]),
};

function evaluate(tape, inputs) {
  const size = tape.n_inputs + tape.consts.length + tape.ops.length;
  const r = new Float64Array(size);
  r.set(inputs);
  r.set(tape.consts, tape.n_inputs);
  let at = tape.n_inputs + tape.consts.length;
  const tables = [];
  for (const [code, a, b, c] of tape.ops)
    r[at++] = code === "T" ? (tables[a] ??= tableOutputs(tape.tables[a], r))[b] : OPS[code](r, a, b, c);
  return r;
}

/* Sliders that were moved set their inputs; then the switches that are on, in the listed order, later ones winning.
   A setting [input, value, slider] takes the slider's value once it was moved. */
function inputsNow(data, sliders, switches) {
  const inputs = data.tape.inputs.map((i) => i.value);
  data.sliders.forEach((s, i) => {
    if (sliders[i] !== null) for (const at of s.inputs) inputs[at] = sliders[i];
  });
  data.switches.forEach((s, i) => {
    if (switches[i]) for (const [at, value, by] of s.set) inputs[at] = sliders[by] ?? value;
  });
  return inputs;
}
