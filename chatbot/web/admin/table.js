/* A table from rows: `columns` are [heading, row => cell]; cells are text or nodes. */

import { element } from "../element.js";

export function table(caption, columns, rows, empty) {
  if (!rows.length) return element("p", { class: "empty" }, empty);
  return element("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {},
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, columns.map(([heading]) => element("th", { scope: "col" }, heading)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, columns.map(([heading, cell]) => element("td", { "data-label": heading || null }, cell(row) ?? "")))))));
}

/** A value of unknown shape as short text: numbers in the reader's form, the rest as JSON. */
export function plain(value, strings) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return Number.isInteger(value) ? strings.number(value) : strings.number(value, Math.abs(value) < 10 ? 3 : 1);
  if (typeof value === "boolean") return strings.say(value ? "admin.yes" : "admin.no");
  return typeof value === "string" ? value : JSON.stringify(value);
}
