"use strict";
/* The tape: registers are inputs, then constants, then one per operation; `ops` is a flat list, each operation its number in this
   table and its operands. The same semantics as numerics/boolean/tape.py. */
const OPS = [
  [2, (a, b) => a + b],
  [2, (a, b) => a - b],
  [2, (a, b) => a * b],
  [2, (a, b) => (b === 0 ? 0 : a / b)],
  [1, (a) => 1 - a],
  [3, (c, a, b) => c * a + (1 - c) * b],
  [1, (a) => Math.exp(a)],
  [2, (a, b) => Math.min(a, b)],
  [2, (a, b) => Math.max(a, b)],
  [2, null], // output b of table a
];

function evaluate(tape, inputs) {
  const { ops, consts } = tape, known = tape.inputs.length + consts.length;
  tape.size ??= known + [...operations(ops)].length;
  const r = new Float64Array(tape.size), tables = [];
  r.set(inputs);
  r.set(consts, tape.inputs.length);
  for (let at = known, i = 0; i < ops.length; at++) {
    const [many, run] = OPS[ops[i]], a = ops[i + 1], b = ops[i + 2];
    if (run === null) r[at] = (tables[a] ??= tableOutputs(tape.tables[a], r))[b];
    else if (many === 1) r[at] = run(r[a]);
    else if (many === 2) r[at] = run(r[a], r[b]);
    else r[at] = run(r[a], r[b], r[ops[i + 3]]);
    i += 1 + many;
  }
  return r;
}

function* operations(ops) {
  for (let i = 0; i < ops.length; i += 1 + OPS[ops[i]][0]) yield i;
}

/* Sliders that were moved set their inputs; then the switches that are on. Of two that set one input the better value counts, whatever
   their order: the smaller, but for the inputs listed under `larger` (numerics/process/joint.py). A setting [input, value, slider]
   takes the slider's value once it was moved. */
function inputsNow(data, sliders, switches) {
  const inputs = [...data.tape.inputs];
  data.sliders.forEach((s, i) => {
    if (sliders[i] !== null) for (const at of s.inputs) inputs[at] = sliders[i];
  });
  const held = new Map();
  data.switches.forEach((s, i) => {
    if (!switches[i]) return;
    for (const [at, value, by] of s.set) {
      const mine = sliders[by] ?? value, better = (data.larger || []).includes(at) ? Math.max : Math.min;
      held.set(at, held.has(at) ? better(held.get(at), mine) : mine);
    }
  });
  for (const { at, parts } of data.together || []) tippingOf(parts, switches)?.forEach((value, i) => held.set(at[i], value));
  held.forEach((value, at) => { inputs[at] = value; });
  return inputs;
}
