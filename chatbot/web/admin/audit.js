/* Who saw or did what, newest first; never the text of a message. The entries are a hash chain: a break is told. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { table } from "./table.js";
import { evidence } from "./trial.js";

const FIRST = 200; // entries at first
const MOST = 1000; // entries that the service gives; all of them are told by `python -m chatbot audit`
const NOBODY = { "the service": "admin.by_service", "command line": "admin.by_command", customer: "admin.by_customer" }; // no account has these names

export class Audit {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "card flush" });
    this.limit = FIRST;
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { entries, broken_at: broken } = await this.session.get(`/admin/audit?limit=${this.limit}`);
      const { say } = this.strings;
      fill(this.root,
        broken === null || broken === undefined ? null : element("p", { class: "origin broken", role: "alert" }, say("admin.broken", { number: broken })),
        table(say("admin.audit"), [
          [say("admin.number"), ({ number }) => String(number)],
          [say("admin.when"), ({ at }) => this.strings.moment(at)],
          [say("admin.who"), ({ by }) => (NOBODY[by] ? say(NOBODY[by]) : by)],
          [say("admin.what"), ({ action }) => this.strings.name("acts", action)],
          [say("admin.on"), (entry) => (entry.action === "trial.retreat" ? this.retreat(entry) : element("code", {}, entry.subject))],
        ], entries, say("admin.nothing")),
        this.limit < MOST && entries.length === this.limit ? element("p", { class: "document-foot" }, element("button", { type: "button", class: "quiet", onclick: () => this.more() }, say("admin.older"))) : null);
    });
  }

  async more() {
    this.limit = MOST;
    await this.enter();
  }

  /** Why a second adapter was taken back, in figures. */
  retreat({ subject, figures }) {
    const [challenger, harm] = subject.split(" ");
    const { say } = this.strings;
    const share = (value) => this.strings.share(value);
    return [element("code", {}, challenger), " ", say("admin.retreat_figures", {
      harm: say(`admin.trial_${harm}`), share: share(figures.share), n: figures.n, share_in_service: share(figures.share_in_service),
      n_in_service: figures.n_in_service, evidence: evidence(this.strings, figures.evidence, figures.needed), needed: this.strings.number(figures.needed),
    })];
  }
}
