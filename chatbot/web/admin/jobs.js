/* Jobs at work on documents: those that run, with their progress, and those that went wrong; the others are counted and
 * folded. Looked at each second while one runs. */

import { element, fill } from "../element.js";
import { POLL_IDLE_SECONDS, POLL_SECONDS } from "../limits.js";
import { attempt, toast } from "../staff/toast.js";
import { because } from "./reason.js";

const OVER = new Set(["done", "parked"]); // ingestion.jobs.State
const BAD = new Set(["failed", "needs_ocr", "needs_password", "unreachable", "refused"]); // ingestion.jobs.TROUBLES
const AGAIN = new Set(["failed", "unreachable"]); // of these, what another try may mend; the others need another file
const RUNNING = 4; // running jobs in sight; a worker takes up to 32 at once
const TROUBLED = 5; // jobs in trouble in sight
const RECENT = 5; // jobs in sight in all, where few run
const TROUBLES = 3; // documents of one job whose trouble is told; a site's page list has the others
const NAMED = new Set(["add", "fetch"]); // jobs that their source names well enough

export class Jobs {
  /** `finished()`: a job that ran at the last look is over. `trouble`: jobs that a person must see to, by document. */
  constructor(strings, session, finished) {
    Object.assign(this, { strings, session, finished, unfinished: new Set(), trouble: new Map(), drawn: "" });
    this.summary = element("span", { class: "jobs-summary", role: "status" });
    this.list = element("div", { class: "jobs" });
    this.root = element("section", { class: "jobs", "aria-label": strings.say("admin.jobs"), hidden: true }, element("h2", {}, strings.say("admin.jobs"), this.summary), this.list);
  }

  async enter() {
    this.here = true;
    await this.look();
  }

  leave() {
    this.here = false;
    clearTimeout(this.timer);
  }

  async look() {
    clearTimeout(this.timer);
    await attempt(this.strings, async () => {
      const { jobs, counts } = await this.session.get("/admin/jobs");
      const unfinished = new Set(jobs.filter((job) => !OVER.has(job.state)).map(({ job }) => job));
      const over = [...this.unfinished].some((id) => !unfinished.has(id));
      this.unfinished = unfinished;
      this.trouble = new Map(jobs.filter(({ trouble, document }) => trouble && document).map((job) => [job.document, job]));
      this.draw(jobs, counts);
      if (over) this.finished();
    });
    if (this.here) this.timer = setTimeout(() => this.look(), (this.unfinished.size ? POLL_SECONDS : POLL_IDLE_SECONDS) * 1000);
  }

  /** Only when something has changed: a button must not go from under a finger, nor a list be read aloud twice. */
  draw(jobs, counts) {
    const told = JSON.stringify([jobs, counts]);
    if (told === this.drawn) return;
    this.drawn = told;
    const { say } = this.strings;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map(({ dataset }) => dataset.fold));
    const fold = (name, label, rows) => {
      if (!rows.length) return null;
      const node = element("details", { class: "jobs-fold", open: open.has(name) }, element("summary", {}, label), element("div", { class: "jobs" }, rows.map((job) => this.row(job))));
      node.dataset.fold = name;
      return node;
    };
    const running = jobs.filter(({ state }) => state === "running").sort((one, other) => this.far(other) - this.far(one));
    const troubled = jobs.filter(({ trouble }) => trouble);
    const rest = jobs.filter((job) => job.state !== "running" && !job.trouble);
    const room = Math.max(0, RECENT - Math.min(running.length, RUNNING) - Math.min(troubled.length, TROUBLED));
    const recent = rest.filter(({ state }) => OVER.has(state)).slice(0, room);
    const others = rest.filter((job) => !recent.includes(job));
    this.root.hidden = !jobs.length;
    fill(this.summary, this.counted(counts));
    fill(this.list,
      counts.all > 1 && counts.running + counts.queued ? element("progress", { max: counts.all, value: counts.done + counts.failed, "aria-label": say("admin.jobs") }) : null,
      running.slice(0, RUNNING).map((job) => this.row(job)), fold("running", say("admin.more_running", { n: running.length - RUNNING }), running.slice(RUNNING)),
      troubled.length ? element("h3", { class: "jobs-trouble" }, say("admin.troubled"), element("span", { class: "count" }, this.strings.number(troubled.length))) : null,
      troubled.slice(0, TROUBLED).map((job) => this.row(job)), fold("troubled", say("admin.more_troubled", { n: troubled.length - TROUBLED }), troubled.slice(TROUBLED)),
      recent.map((job) => this.row(job)), fold("others", say("admin.more_jobs", { n: others.length }), others));
  }

  /** How far a running job is: what is being read or embedded comes before what only waits for its batch. */
  far({ step, done, total }) {
    return step && total && done < total ? 1 : 0;
  }

  counted({ all, done, failed, running, queued }) {
    if (!all) return "";
    const { say } = this.strings;
    return [say("admin.jobs_done", { n: done, all }), failed && say("admin.jobs_failed", { n: failed }),
      running && say("admin.jobs_running", { n: running }), queued && say("admin.jobs_queued", { n: queued })].filter(Boolean).join(", ");
  }

  name({ kind, source }) {
    const short = source.split("/").filter(Boolean).slice(-2).join("/");
    return NAMED.has(kind) && short ? short : [this.strings.name("job_kinds", kind), short].filter(Boolean).join(": ");
  }

  row(job) {
    const { strings } = this;
    const name = this.name(job);
    const over = OVER.has(job.state);
    const trouble = job.outcomes.filter(({ status }) => BAD.has(status));
    const notice = job.outcomes.length === 1 && !trouble.length ? because(job.outcomes[0], strings) : "";
    const note = because(job, strings) || trouble.slice(0, TROUBLES).map((one) => because(one, strings) || strings.name("statuses", one.status)).join(" ") || notice;
    const step = [strings.name("job_steps", job.step), job.total ? `${strings.number(job.done)} / ${strings.number(job.total)}` : ""].filter(Boolean).join(" ");
    return element("div", { class: `job job-${job.state}` },
      element("span", { class: "job-name", title: job.source }, name),
      over || job.reason ? element("span", { class: `job-note${trouble.length || job.state === "parked" ? " bad" : ""}` }, note, this.again(job))
        : job.state === "queued" ? element("span", {}) : element("progress", { max: job.total || null, value: job.total ? job.done : null, "aria-label": name }),
      element("span", { class: "job-state" }, job.state === "running" && step ? step : trouble.length === 1 ? strings.name("statuses", trouble[0].status) : strings.name("job_states", trouble.length ? "failed" : job.state)));
  }

  /** A button to do it once more, where that may help. */
  again(job) {
    if (!job.trouble || !(job.state === "parked" || job.outcomes.some(({ status }) => AGAIN.has(status)))) return null;
    const { say } = this.strings;
    return element("button", { type: "button", class: "quiet again", "aria-label": say("admin.again_of", { name: this.name(job) }), onclick: async ({ target }) => {
      target.disabled = true;
      if (await attempt(this.strings, () => this.session.post(`/admin/jobs/${encodeURIComponent(job.job)}/again`))) toast(say("admin.added"), this.strings);
      target.disabled = false;
      await this.look();
    } }, say("admin.again"));
  }
}
