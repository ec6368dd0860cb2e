/* Who saw or did what, newest first; never the text of a message. The entries are a hash chain: a break is told. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { table } from "./table.js";

export class Audit {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "card flush" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { entries, broken_at: broken } = await this.session.get("/admin/audit");
      const { say } = this.strings;
      fill(this.root,
        broken === null || broken === undefined ? null : element("p", { class: "origin broken", role: "alert" }, say("admin.broken", { number: broken })),
        table(say("admin.audit"), [
          [say("admin.number"), ({ number }) => String(number)],
          [say("admin.when"), ({ at }) => this.strings.moment(at)],
          [say("admin.who"), ({ by }) => by],
          [say("admin.what"), ({ action }) => this.strings.name("acts", action)],
          [say("admin.on"), ({ subject }) => element("code", {}, subject)],
        ], entries, say("admin.nothing")));
    });
  }
}
