/* A cited clause as it is shown: in the widget, in the console and in the playground. */

import { element } from "./element.js";

/** Nodes of `text` where "[2]" has become a button that calls `open(citation)`; a number without a citation stays text. */
export function cited(text, citations, open, strings) {
  const byNumber = new Map((citations ?? []).map((citation, index) => [citation.n ?? index + 1, citation]));
  return String(text)
    .split(/(\s?\[\d{1,2}\])/)
    .map((part) => {
      const number = /^\s?\[(\d{1,2})\]$/.exec(part)?.[1];
      const citation = number && byNumber.get(Number(number));
      return citation ? mark(citation, Number(number), open, strings) : part;
    });
}

function mark(citation, number, open, strings) {
  const label = strings.say("source.open", { n: number, title: citation.title ?? "", clause: citation.clause ?? "" });
  return element("button", { type: "button", class: "mark", "aria-label": label, onclick: (event) => open(citation, event.currentTarget) }, String(number));
}

/** The row of sources under a message: number, clause and document, each opens the clause. */
export function sources(citations, open, strings) {
  if (!citations?.length) return null;
  const chips = citations.map((citation, index) =>
    element("li", {},
      element("button", { type: "button", class: "chip", onclick: (event) => open(citation, event.currentTarget) },
        element("span", { class: "chip-number" }, String(citation.n ?? index + 1)),
        element("span", { class: "chip-text" },
          element("span", { class: "chip-clause" }, citation.clause || citation.title || citation.document),
          citation.clause && citation.title ? element("span", { class: "chip-title" }, citation.title) : null))));
  return element("ul", { class: "sources", "aria-label": strings.say("source.list") }, chips);
}

/** The whole clause: title, label, validity, text with the quoted sentence marked, where it comes from. */
export function clause(citation, strings) {
  const validity = strings.validity(citation.valid_from, citation.valid_until);
  return element("div", { class: "clause" },
    element("p", { class: "clause-title" }, citation.title || citation.document),
    citation.clause ? element("p", { class: "clause-label" }, citation.clause) : null,
    validity ? element("p", { class: "clause-validity" }, validity) : null,
    element("blockquote", { class: "clause-text" }, quoted(citation.text || citation.quote || "", citation.quote || "")),
    element("p", { class: "clause-source" },
      strings.say("source.from_file"), " ", origin(citation.source || citation.document),
      citation.version ? ` · ${strings.say("source.version", { version: citation.version })}` : ""));
}

/** `text` as nodes, with each sentence of `quote` inside a <mark>; blanks and line breaks may differ between the two. */
export function quoted(text, quote) {
  const spans = quote
    .split(/\s*(?:\n|\[…\]|…{2,})\s*/)
    .map((part) => part.trim())
    .filter((part) => part.length > 2)
    .map((part) => new RegExp(part.split(/\s+/).map(escaped).join("\\s+"), "u").exec(text))
    .filter(Boolean)
    .map((found) => [found.index, found.index + found[0].length])
    .sort((one, other) => one[0] - other[0]);
  const nodes = [];
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at) continue;
    nodes.push(text.slice(at, start), element("mark", {}, text.slice(start, end)));
    at = end;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}

function escaped(word) {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Only an http(s) address becomes a link; anything else ("javascript:" too) is text. */
function origin(source) {
  if (!/^https?:\/\//i.test(source)) return element("span", { class: "clause-file" }, source.split("/").pop());
  return element("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, source);
}
