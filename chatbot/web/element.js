/* Building elements. Text goes in through text nodes only: nothing here, or anywhere in these pages, parses HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** `element("p", { class: "note", onclick: f, hidden: true }, "text", child)`. Falsy children are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

/** Replace all children; falsy ones are left out. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  chat: "M4 5.5h16v10.5H11l-4.5 4v-4H4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-7-5.5 15-3-6.5z",
  human: "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.6-3.8 3.4-5.8 7-5.8s6.400 2 7 5.8",
  up: "M7 11v8H4v-8zM7 11l4-7c1.600 0 2.500 1 2.200 2.600L12.700 9.500H18c1.200 0 2 1 1.700 2.200l-1.400 5.800c-.2.900-1 1.500-1.900 1.500H7",
  down: "M7 13V5H4v8zM7 13l4 7c1.600 0 2.500-1 2.200-2.600l-.5-2.900H18c1.200 0 2-1 1.700-2.200l-1.400-5.800C18.100 5.600 17.300 5 16.400 5H7",
  fresh: "M12 5v14M5 12h14",
  back: "M14.500 5.500L8 12l6.500 6.500",
  source: "M7 3.500h7l4 4V20.500H7zM14 3.500v4h4M10 12h5M10 15.500h5",
  shield: "M12 3.500l7 2.700v5.300c0 4.300-2.900 7.500-7 9-4.100-1.500-7-4.700-7-9V6.200zM9 12l2.200 2.200L15.200 10",
  clock: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.500V12l3 2",
  upload: "M12 16V5M7.500 9L12 4.500 16.500 9M4.500 19.500h15",
  check: "M5 12.500l4.500 4.500L19 7.500",
  out: "M10 4.500H5v15h5M14 8l4 4-4 4M9.500 12H18",
};

/** A line icon of 24 × 24; decoration, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "icon" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
