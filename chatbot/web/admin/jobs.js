/* Jobs at work on documents, with their progress, looked at each second while one runs. */

import { element, fill } from "../element.js";
import { POLL_IDLE_SECONDS, POLL_SECONDS } from "../limits.js";
import { attempt } from "../staff/toast.js";
import { because } from "./reason.js";

const OVER = new Set(["done", "parked"]); // ingestion.jobs.State
const BAD = new Set(["failed", "needs_ocr", "needs_password", "unreachable", "refused"]); // outcomes a person must do something about
const SHOWN = 6; // jobs; more are history, and history is the audit's
const TROUBLES = 3; // documents of one job whose trouble is told; a site's page list has the others

export class Jobs {
  /** `finished()`: a job that ran at the last look is over. */
  constructor(strings, session, finished) {
    Object.assign(this, { strings, session, finished, running: new Set() });
    this.root = element("section", { class: "jobs", "aria-label": strings.say("admin.jobs"), "aria-live": "polite" });
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
      const { jobs } = await this.session.get("/admin/jobs");
      const running = new Set(jobs.filter((job) => !OVER.has(job.state)).map(({ job }) => job));
      if ([...this.running].some((id) => !running.has(id))) this.finished();
      this.running = running;
      fill(this.root, jobs.length ? element("h2", {}, this.strings.say("admin.jobs")) : null, jobs.slice(0, SHOWN).map((job) => this.row(job)));
    });
    if (this.here) this.timer = setTimeout(() => this.look(), (this.running.size ? POLL_SECONDS : POLL_IDLE_SECONDS) * 1000);
  }

  row(job) {
    const { strings } = this;
    const name = job.source || strings.name("job_kinds", job.kind);
    const over = OVER.has(job.state);
    const trouble = job.outcomes.filter(({ status }) => BAD.has(status));
    const notice = job.outcomes.length === 1 && !trouble.length ? because(job.outcomes[0], strings) : "";
    const note = because(job, strings) || trouble.slice(0, TROUBLES).map((one) => because(one, strings) || strings.name("statuses", one.status)).join(" ") || notice;
    const step = [strings.name("job_steps", job.step), job.total ? `${strings.number(job.done)} / ${strings.number(job.total)}` : ""].filter(Boolean).join(" ");
    return element("div", { class: `job job-${job.state}` },
      element("span", { class: "job-name" }, name.split("/").pop()),
      over || job.reason ? element("span", { class: `job-note${trouble.length || job.state === "parked" ? " bad" : ""}` }, note)
        : element("progress", { max: job.total || null, value: job.total ? job.done : null, "aria-label": name }),
      element("span", { class: "job-state" }, job.state === "running" && step ? step : strings.name("job_states", trouble.length ? "failed" : job.state)));
  }
}
