/* Documents: what is in the index, in which version, from when until when; adding more; the jobs at work on it. */

import { element, fill, icon } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { decideDays } from "./days.js";
import { openDiff } from "./diff.js";
import { Jobs } from "./jobs.js";
import { Sites } from "./sites.js";
import { table } from "./table.js";
import { Upload } from "./upload.js";

/** From when, until when a version holds: as it follows from the timeline, else as stated. */
const span = (row) => [row.since ?? row.valid_from, row.until ?? row.valid_until];

const MANY = 8; // documents; more can be searched

export class Documents {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.list = element("div", { class: "documents" });
    this.wanted = element("input", { type: "search", class: "find", "aria-label": strings.say("admin.find_document"), placeholder: strings.say("admin.find_document"), oninput: () => this.narrow() });
    this.jobs = new Jobs(strings, session, () => this.reload());
    this.upload = new Upload(strings, session, () => this.jobs.look());
    this.sites = new Sites(strings, session, () => this.jobs.look());
    this.root = element("div", { class: "stack" }, this.upload.root, this.jobs.root, this.sites.root, this.list);
  }

  async enter() {
    await this.jobs.enter(); // which documents are in trouble
    await this.reload();
  }

  leave() {
    this.jobs.leave();
  }

  async reload() {
    await this.sites.reload();
    await attempt(this.strings, async () => {
      const { documents } = await this.session.get("/admin/documents");
      const order = new Intl.Collator(this.strings.language, { numeric: true });
      documents.sort((one, other) => order.compare(one.title || one.document, other.title || other.document));
      const { say } = this.strings;
      this.upload.offer(documents);
      const open = new Set([...this.list.querySelectorAll("details[open]")].map(({ dataset }) => dataset.document));
      fill(this.list,
        element("div", { class: "documents-head" }, element("h2", {}, say("admin.in_index"), element("span", { class: "count" }, this.strings.number(documents.length))),
          documents.length > MANY ? this.wanted : null),
        documents.length ? documents.map((one) => this.document(one, open.has(one.document))) : element("p", { class: "empty" }, say("admin.no_documents")));
      this.narrow();
    });
  }

  /** To the documents whose title or id has the words searched for. */
  narrow() {
    const words = this.wanted.isConnected ? this.wanted.value.toLocaleLowerCase().split(/\s+/) : [];
    for (const node of this.list.querySelectorAll("details")) {
      const said = `${node.querySelector(".document-title").textContent} ${node.dataset.document}`.toLocaleLowerCase();
      node.hidden = !words.every((word) => said.includes(word));
    }
  }

  document(one, open) {
    const { say } = this.strings;
    const versions = one.versions ?? [one];
    const waits = versions.some(({ proposal, replaced }) => proposal?.open && !replaced);
    const failed = this.jobs.trouble.get(one.document);
    const node = element("details", { class: "card flush document", open },
      element("summary", {},
        element("span", { class: "document-title" }, one.title || one.document),
        element("span", { class: "document-now" }, this.now(versions)),
        one.audience === "customer" ? null : element("span", { class: "status status-others" }, this.strings.name("audiences", one.audience)),
        failed ? element("span", { class: "status status-failed" }, say("admin.last_failed")) : null,
        waits ? element("span", { class: "status status-waits" }, say("admin.to_confirm")) : null,
        element("span", { class: "count" }, say("admin.versions", { n: versions.length }))),
      failed ? element("div", { class: "origin" }, this.jobs.row(failed)) : null,
      table(one.title || one.document, [
        [say("admin.version"), ({ version }) => element("code", {}, String(version ?? "–"))],
        [say("admin.validity"), (row) => this.strings.validity(...span(row)) || say("admin.always")],
        [say("admin.status"), (row) => this.status(row)],
        [say("admin.chunks"), ({ chunks }) => (chunks === undefined ? "–" : this.strings.number(chunks))],
        [say("admin.source"), ({ source, name }) => element("span", { class: "file", title: source ?? "" }, String(name || source || "").split("/").pop())],
        ["", (row) => this.acts(one, versions, row)],
      ], versions, ""),
      element("p", { class: "document-foot foot-acts" }, element("span", { class: "hint" },
        [`${say("admin.for_whom")}: ${this.strings.name("audiences", one.audience)}`, `${say("admin.collection")}: ${one.collection}`, `id: ${one.document}`].join(" · ")),
      element("button", { type: "button", class: "quiet push", onclick: () => this.remove(one) }, icon("close"), say("admin.remove"))));
    node.dataset.document = one.document;
    return node;
  }

  /** Deciding a version's days, and seeing what it changed. */
  acts(one, versions, row) {
    const { strings, session } = this;
    if (row.replaced) return "";
    const standing = versions.filter(({ replaced }) => !replaced);
    const before = standing[standing.indexOf(row) - 1];
    return element("span", { class: "row-acts" },
      before ? element("button", { type: "button", class: "quiet", onclick: () => openDiff(one, before, row, { strings, session }) }, strings.say("admin.what_changed")) : null,
      element("button", { type: "button", class: "quiet", onclick: () => decideDays(one, row, { strings, session, saved: () => this.accepted() }) }, strings.say("admin.edit_days")));
  }

  async accepted() {
    toast(this.strings.say("admin.added"), this.strings);
    await this.jobs.look();
  }

  /** Out of the index, in all its versions, once the admin has said so twice. */
  async remove({ document, title }) {
    if (!(await confirmed(this.strings, this.strings.say("admin.remove_sure", { title: title || document }), this.strings.say("admin.remove")))) return;
    if (await attempt(this.strings, () => this.session.send("DELETE", `/admin/documents/${encodeURIComponent(document)}`))) await this.accepted();
  }

  /** Which version holds today, in a few words. */
  now(versions) {
    const today = new Intl.DateTimeFormat("sv").format(); // here, as YYYY-MM-DD
    const holds = versions.find((row) => {
      const [since, until] = span(row);
      return !row.replaced && (!since || since <= today) && (!until || until >= today);
    });
    return holds ? this.strings.validity(...span(holds)) : this.strings.say("admin.none_holds");
  }

  status({ since, until, proposal, replaced }) {
    const today = new Intl.DateTimeFormat("sv").format(); // here, as YYYY-MM-DD
    const name = replaced ? "superseded" : since && until && until < since ? "never" : since && since > today ? "planned" : until && until < today ? "past" : "indexed";
    return element("span", { class: "status-cell" }, element("span", { class: `status status-${name}` }, this.strings.name("statuses", name)),
      proposal?.open && !replaced ? element("span", { class: "reason" }, this.strings.say("admin.text_says"), " ", proposal.evidence[0]) : null);
  }
}
