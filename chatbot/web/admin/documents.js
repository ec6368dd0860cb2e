/* Documents: what is in the index, in which version, from when until when; adding more; the jobs at work on it. */

import { element, fill, icon } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { Jobs } from "./jobs.js";
import { table } from "./table.js";
import { Upload } from "./upload.js";

/** From when, until when a version holds: as it follows from the timeline, else as stated. */
const span = (row) => [row.since ?? row.valid_from, row.until ?? row.valid_until];

export class Documents {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.list = element("div", { class: "documents" });
    this.jobs = new Jobs(strings, session, () => this.reload());
    this.upload = new Upload(strings, session, () => this.jobs.look());
    this.root = element("div", { class: "stack" }, this.upload.root, this.jobs.root, this.list);
  }

  async enter() {
    await this.reload();
    await this.jobs.enter();
  }

  leave() {
    this.jobs.leave();
  }

  async reload() {
    await attempt(this.strings, async () => {
      const { documents } = await this.session.get("/admin/documents");
      const { say } = this.strings;
      this.upload.offer(documents);
      fill(this.list,
        element("h2", {}, say("admin.in_index"), element("span", { class: "count" }, this.strings.number(documents.length))),
        documents.length ? documents.map((one) => this.document(one)) : element("p", { class: "empty" }, say("admin.no_documents")));
    });
  }

  document(one) {
    const { say } = this.strings;
    const versions = one.versions ?? [one];
    const bad = versions.some(({ status }) => status && status !== "indexed" && status !== "unchanged");
    return element("details", { class: "card flush document", open: bad },
      element("summary", {},
        element("span", { class: "document-title" }, one.title || one.document),
        element("span", { class: "document-now" }, this.now(versions)),
        element("span", { class: "count" }, say("admin.versions", { n: versions.length }))),
      table(one.title || one.document, [
        [say("admin.version"), ({ version }) => element("code", {}, String(version ?? "–"))],
        [say("admin.validity"), (row) => this.strings.validity(...span(row)) || say("admin.always")],
        [say("admin.status"), (row) => this.status(row)],
        [say("admin.chunks"), ({ chunks }) => (chunks === undefined ? "–" : this.strings.number(chunks))],
        [say("admin.source"), ({ source, name }) => element("span", { class: "file", title: source ?? "" }, String(name || source || "").split("/").pop())],
      ], versions, ""),
      element("p", { class: "document-foot" }, element("button", { type: "button", class: "quiet", onclick: () => this.remove(one) }, icon("close"), say("admin.remove"))));
  }

  /** Out of the index, in all its versions, once the admin has said so twice. */
  async remove({ document, title }) {
    if (!(await confirmed(this.strings, this.strings.say("admin.remove_sure", { title: title || document }), this.strings.say("admin.remove")))) return;
    if (await attempt(this.strings, () => this.session.send("DELETE", `/admin/documents/${encodeURIComponent(document)}`))) {
      toast(this.strings.say("admin.added"), this.strings);
      await this.jobs.look();
    }
  }

  /** Which version holds today, in a few words. */
  now(versions) {
    const today = new Date().toISOString().slice(0, 10);
    const holds = versions.find((row) => {
      const [since, until] = span(row);
      return !row.replaced && (!since || since <= today) && (!until || until >= today);
    });
    return holds ? this.strings.validity(...span(holds)) : this.strings.say("admin.none_holds");
  }

  status({ status, reason, replaced }) {
    const name = replaced ? "superseded" : (status ?? "indexed");
    return [element("span", { class: `status status-${name}` }, this.strings.name("statuses", name)), reason ? element("span", { class: "reason" }, reason) : ""]
      .reduce((cell, node) => (node && cell.append(node), cell), element("span", { class: "status-cell" }));
  }
}
