/* One operation over a whole table of states, the same as numerics/boolean/table.py: the prior of every state, times the facts
   and the arrivals, mixed by the interventions one variable at a time, then summed against five quantities. */
const leavesOf = new WeakMap();

function leafOfEveryState(table, root) {
  if (!leavesOf.has(table)) leavesOf.set(table, new Map());
  const known = leavesOf.get(table);
  if (!known.has(root)) {
    const at = new Int32Array(2 ** table.n);
    for (let s = 0; s < at.length; s++) {
      let ref = root;
      while (ref >= 0) ref = table.nodes[3 * ref + ((s >> (table.n - 1 - table.nodes[3 * ref])) & 1 ? 2 : 1)];
      at[s] = -1 - ref;
    }
    known.set(root, at);
  }
  return known.get(root);
}

function mix(weights, n, keep, force) {
  for (let v = 0; v < n; v++) {
    if (keep[v] === 1) continue;
    const bit = 1 << (n - 1 - v), drop = 1 - keep[v];
    for (let s = 0; s < weights.length; s++) {
      if (s & bit) continue;
      const both = weights[s] + weights[s | bit];
      weights[s] = keep[v] * weights[s] + drop * (1 - force[v]) * both;
      weights[s | bit] = keep[v] * weights[s | bit] + drop * force[v] * both;
    }
  }
}

/* Ten numbers: with the facts alone, then with the facts and the failing arrivals: one, hazard, loss, standing, survive. */
function tableOutputs(table, r) {
  const { n, args } = table, size = 2 ** n, given = args.map((a) => r[a]), each = (k) => given.slice(0, 3 * n).filter((_, i) => i % 3 === k);
  const [p, keep, force] = [each(0), each(1), each(2)];
  let at = 3 * n;
  const take = (many) => given.slice(at, (at += many));
  const leaves = take(table.leaves), weights = take(table.arrivals.length), rates = take(table.hazard.length), losses = take(table.loss.length);
  const linear = (factors, roots) => {
    const out = new Float64Array(size);
    roots.forEach((root, i) => { const leaf = leafOfEveryState(table, root); for (let s = 0; s < size; s++) out[s] += factors[i] * leaves[leaf[s]]; });
    return out;
  };
  const facts = linear([1], [table.facts]), likely = linear(weights, table.arrivals), plain = new Float64Array(size);
  for (let s = 0; s < size; s++) {
    let prior = 1;
    for (let v = 0; v < n; v++) prior *= (s >> (n - 1 - v)) & 1 ? p[v] : 1 - p[v];
    plain[s] = prior * facts[s];
    likely[s] *= prior;
  }
  const hazard = linear(rates, table.hazard), loss = linear(losses, table.loss), standing = linear([1], [table.standing]);
  const out = [];
  for (const w of [plain, likely]) {
    mix(w, n, keep, force);
    const sums = [0, 0, 0, 0, 0];
    for (let s = 0; s < size; s++) {
      const survive = (1 - standing[s]) * Math.exp(-table.horizon * hazard[s]);
      [1, hazard[s], loss[s], standing[s], survive].forEach((x, q) => { sums[q] += w[s] * x; });
    }
    out.push(...sums);
  }
  return out;
}
