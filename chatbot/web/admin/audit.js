/* Who saw or did what; never the text of a message. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { plain, table } from "./table.js";

const KNOWN = new Set(["at", "who", "by", "user", "actor", "what", "action", "act", "on", "object", "target", "id", "hash", "previous", "before"]);

export class Audit {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "card flush" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const told = await this.session.get("/admin/audit");
      const { say } = this.strings;
      const rows = told.entries ?? told.audit ?? told.events ?? [];
      const rest = (row) => Object.entries(row).filter(([key]) => !KNOWN.has(key)).map(([key, value]) => `${key}: ${plain(value, this.strings)}`).join(", ");
      fill(this.root, table(say("admin.audit"), [
        [say("admin.when"), (row) => this.strings.moment(row.at)],
        [say("admin.who"), (row) => row.who ?? row.by ?? row.user ?? row.actor],
        [say("admin.what"), (row) => this.strings.name("acts", row.what ?? row.action ?? row.act)],
        [say("admin.on"), (row) => element("code", {}, row.on ?? row.object ?? row.target ?? "")],
        [say("admin.more"), rest],
      ], rows, say("admin.nothing")));
    });
  }
}
