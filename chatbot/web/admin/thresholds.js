/* The numbers that decide whether an answer is sent, with where each came from. Read-only: they are calibrated, not typed. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { plain, table } from "./table.js";

export class Thresholds {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "card flush" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const told = await this.session.get("/admin/thresholds");
      const { say } = this.strings;
      const { origin, ...values } = told.thresholds ?? told;
      const rows = Array.isArray(values) ? values : Object.entries(values).map(([name, value]) => (value && typeof value === "object" ? { name, ...value } : { name, value }));
      fill(this.root,
        origin ? element("p", { class: "origin" }, say("admin.origin"), " ", origin) : null,
        table(say("admin.thresholds"), [
          [say("admin.name"), ({ name }) => element("code", {}, name)],
          [say("admin.value"), ({ value }) => element("strong", { class: "figure" }, plain(value, this.strings))],
          [say("admin.meaning"), ({ name, meaning, description, doc }) => meaning ?? description ?? doc ?? (this.strings.find(`thresholds.${name}`) ?? "")],
        ], rows, say("admin.nothing")));
    });
  }
}
