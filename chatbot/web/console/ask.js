/* A small form in a dialog: one question of the console, answered or called off. */

import { element } from "../element.js";

/** Resolves to what `read()` gives when the form is sent, or null when it is called off. `body`: nodes of the form. */
export function ask(strings, heading, body, yes, read) {
  return new Promise((done) => {
    const dialog = element("dialog", { class: "ask-dialog", "aria-labelledby": "ask-heading" },
      element("form", { method: "dialog", class: "ask-form" },
        element("h2", { id: "ask-heading" }, heading), ...[body].flat(),
        element("div", { class: "confirm-foot" },
          element("button", { class: "secondary", value: "no", formnovalidate: true }, strings.say("staff.cancel")),
          element("button", { class: "primary", value: "yes" }, yes))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes" ? read() : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
