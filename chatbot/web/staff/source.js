/* A cited clause over the staff's pages. */

import { element, icon } from "../element.js";
import { clause } from "../source.js";

export function openSource(citation, strings) {
  const dialog = element("dialog", { class: "source-dialog", "aria-label": strings.say("source.heading_plain"), onclick: (event) => event.target === dialog && dialog.close() },
    element("div", { class: "source-sheet" },
      element("button", { type: "button", class: "sheet-close", "aria-label": strings.say("staff.dismiss"), onclick: () => dialog.close() }, icon("close")),
      clause(citation, strings)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
