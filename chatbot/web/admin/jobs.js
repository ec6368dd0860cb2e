/* Jobs at work on documents, with their progress, looked at each second while one runs. */

import { element, fill } from "../element.js";
import { POLL_IDLE_SECONDS, POLL_SECONDS } from "../limits.js";
import { attempt } from "../staff/toast.js";

const OVER = new Set(["done", "failed", "parked", "cancelled", "finished"]);
const SHOWN = 6; // jobs; more are history, and history is the audit's

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
      const running = new Set(jobs.filter((job) => !OVER.has(this.state(job))).map(({ job, id }) => job ?? id));
      if ([...this.running].some((id) => !running.has(id))) this.finished();
      this.running = running;
      fill(this.root, jobs.length ? element("h2", {}, this.strings.say("admin.jobs")) : null, jobs.slice(0, SHOWN).map((job) => this.row(job)));
    });
    if (this.here) this.timer = setTimeout(() => this.look(), (this.running.size ? POLL_SECONDS : POLL_IDLE_SECONDS) * 1000);
  }

  state(job) {
    return String(job.state ?? job.status ?? "");
  }

  row(job) {
    const { strings } = this;
    const state = this.state(job);
    const done = Number(job.done ?? job.progress?.done ?? 0);
    const total = Number(job.total ?? job.progress?.total ?? 0);
    const name = job.title ?? job.source ?? job.sources?.join(", ") ?? job.kind ?? job.job ?? job.id;
    return element("div", { class: `job job-${state}` },
      element("span", { class: "job-name" }, String(name).split("/").pop()),
      OVER.has(state) ? element("span", { class: "job-note" }, job.reason ?? job.error ?? "")
        : element("progress", { max: total || null, value: total ? done : null, "aria-label": String(name) }),
      element("span", { class: "job-state" }, !OVER.has(state) && total ? `${strings.number(done)} / ${strings.number(total)}` : strings.name("job_states", state)));
  }
}
