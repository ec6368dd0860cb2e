/* A short message at the foot of the staff's pages: a failure stays until it is closed, a success goes by itself. */

import { element, icon } from "../element.js";
import { Problem } from "../requests.js";

const SECONDS = 4; // how long a success stays: time to read a line

let shelf = null;

export function toast(text, strings, { bad = false } = {}) {
  shelf ??= document.body.appendChild(element("div", { class: "toasts", role: "status" }));
  const note = element("div", { class: `toast${bad ? " bad" : ""}` }, element("p", {}, text),
    element("button", { type: "button", "aria-label": strings.say("staff.dismiss"), onclick: () => note.remove() }, icon("close")));
  shelf.append(note);
  if (!bad) setTimeout(() => note.remove(), SECONDS * 1000);
}

/** Do something; tell of a Problem (a mistake of ours is none, and goes on to the console). Returns whether it went well. */
export async function attempt(strings, act) {
  try {
    await act();
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    toast(problem.message, strings, { bad: true });
    return false;
  }
}
