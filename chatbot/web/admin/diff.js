/* What changed between two versions, clause by clause, the words that differ marked on both sides. */

import { element, fill, icon } from "../element.js";
import { attempt } from "../staff/toast.js";

const MOST_WORDS = 600; // of a side; marking words in a longer clause takes the page too long (n × m steps)

export function openDiff(document_, before, after, { strings, session }) {
  const { say } = strings;
  const body = element("div", { class: "diff", "aria-live": "polite" }, element("p", { class: "empty" }, say("admin.working")));
  const dialog = element("dialog", { class: "source-dialog diff-dialog", "aria-labelledby": "diff-title", onclick: (event) => event.target === dialog && dialog.close() },
    element("div", { class: "source-sheet" },
      element("button", { type: "button", class: "sheet-close", "aria-label": say("staff.dismiss"), onclick: () => dialog.close() }, icon("close")),
      element("h2", { id: "diff-title" }, document_.title || document_.document),
      element("p", { class: "hint" }, `${before.version} → ${after.version}`), body));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return attempt(strings, async () => {
    const query = new URLSearchParams({ before: before.version, after: after.version });
    const { changes } = await session.get(`/admin/documents/${encodeURIComponent(document_.document)}/diff?${query}`);
    const told = changes.filter(({ moved }) => !moved);
    const moved = changes.length - told.length;
    fill(body, told.length ? told.map((one) => change(one, strings)) : element("p", { class: "empty" }, say("admin.no_changes")),
      moved ? element("p", { class: "hint" }, say("admin.moved", { n: moved })) : null);
  });
}

export function change({ clause, was, before, after }, strings) {
  const { say } = strings;
  const kind = before === null ? "added" : after === null ? "removed" : "changed";
  const [old, fresh] = before !== null && after !== null ? marked(before, after) : [[before ?? ""], [after ?? ""]];
  return element("section", { class: `change change-${kind}` },
    element("h3", {}, clause, element("span", { class: `tag tag-${kind}` }, say(`admin.change_${kind}`)),
      was ? element("span", { class: "hint" }, say("admin.was", { clause: was })) : null),
    element("div", { class: "sides" },
      before === null ? null : element("p", { class: "side old" }, element("span", { class: "side-name" }, say("admin.before")), old),
      after === null ? null : element("p", { class: "side new" }, element("span", { class: "side-name" }, say("admin.after")), fresh)));
}

/** Both texts as nodes, with the words that the other lacks in <del> and <ins>: the longest common row of words. */
function marked(before, after) {
  const [old, fresh] = [before.split(/(\s+)/), after.split(/(\s+)/)];
  if (Math.max(old.length, fresh.length) > 2 * MOST_WORDS) return [[before], [after]];
  const rows = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) rows[i][j] = old[i] === fresh[j] ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
  }
  const [left, right] = [[], []];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      left.push(old[i++]);
      right.push(fresh[j++]);
    } else if (j >= fresh.length || (i < old.length && rows[i + 1][j] >= rows[i][j + 1])) left.push(element("del", {}, old[i++]));
    else right.push(element("ins", {}, fresh[j++]));
  }
  return [left, right];
}
