/* A question before something that can't be undone. */

import { element } from "../element.js";

/** Resolves to whether the person said yes. Escape is no. */
export function confirmed(strings, question, yes) {
  return new Promise((done) => {
    const dialog = element("dialog", { class: "confirm-dialog", "aria-labelledby": "confirm-question" },
      element("form", { method: "dialog", class: "confirm" },
        element("p", { id: "confirm-question" }, question),
        element("div", { class: "confirm-foot" },
          element("button", { class: "secondary", value: "no" }, strings.say("staff.cancel")),
          element("button", { class: "primary", value: "yes" }, yes))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
