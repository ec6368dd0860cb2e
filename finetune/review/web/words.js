/* What changed from one text to another, word by word: a longest common subsequence. */

const MOST = 600; // words of a text; longer ones are shown whole, unmarked

/** Pairs of "same", "out" or "in" with their text. */
export function changes(before, after) {
  const a = before.split(/(?<=\s)/);
  const b = after.split(/(?<=\s)/);
  if (a.length > MOST || b.length > MOST) return [["out", before], ["in", after]];
  const same = (x, y) => x.trim() === y.trim();
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) longest[i][j] = same(a[i], b[j]) ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
  const found = [];
  const add = (kind, text) => (found.at(-1)?.[0] === kind ? (found.at(-1)[1] += text) : found.push([kind, text]));
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (same(a[i], b[j])) { add("same", b[j]); i++; j++; }
    else if (longest[i + 1][j] >= longest[i][j + 1]) add("out", a[i++]);
    else add("in", b[j++]);
  }
  while (i < a.length) add("out", a[i++]);
  while (j < b.length) add("in", b[j++]);
  return found;
}
