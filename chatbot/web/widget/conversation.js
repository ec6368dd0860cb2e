/* One conversation with the service: begun with the first message, resumed after a reload, nothing lost or doubled.
 *
 * A message waits in the outbox, which survives a reload, until the service has acknowledged it; each try carries the
 * same client_id, so that a repeat is harmless. Changes are told by `onchange(transcript)`.
 */

import { ERASE_SECONDS, RETRY_FIRST, RETRY_LAST } from "../limits.js";
import { Requests } from "../requests.js";
import { EventStream } from "../stream.js";
import { Transcript } from "./transcript.js";

export class Conversation {
  constructor(api, strings, memory, onchange) {
    Object.assign(this, { api, strings, memory, onchange });
    this.headers = () => (memory.get("token") ? { Authorization: `Bearer ${memory.get("token")}` } : {});
    this.requests = new Requests(api, strings, { headers: this.headers });
    this.reset();
    if (memory.get("conversation")) this.follow();
    if (memory.get("outbox").length) this.flush();
  }

  reset() {
    this.transcript = new Transcript(this.memory.get("outbox"));
    this.failures = 0;
    this.changed();
  }

  /** Tell of changes once for all that come together: a resumed transcript is drawn once, not event by event. */
  changed() {
    if (this.telling) return;
    this.telling = true;
    queueMicrotask(() => {
      this.telling = false;
      this.onchange(this.transcript, { offline: this.failures });
    });
  }

  get path() {
    return `/conversations/${encodeURIComponent(this.memory.get("conversation"))}`;
  }

  /** The conversation at the service, begun if there is none. Two callers at once share one request. */
  async begin() {
    if (this.memory.get("conversation")) return;
    this.beginning ??= this.requests
      .post("/conversations", { language: this.strings.language })
      .then(({ conversation, token }) => {
        this.memory.set({ conversation, token });
        this.follow();
      })
      .finally(() => (this.beginning = null));
    await this.beginning;
  }

  follow() {
    this.stream?.stop();
    this.stream = new EventStream(`${this.api}${this.path}/events`, this.strings, {
      headers: this.headers,
      onevent: (event) => {
        this.transcript.take(event);
        this.changed();
      },
      onopen: () => {
        this.failures = 0;
        this.changed();
        this.flush();
      },
      onretry: (failures) => {
        this.failures = failures;
        this.changed();
      },
      ongone: () => this.forget(this.strings.say("chat.expired")),
    }).start();
  }

  /** Send a message: shown at once, stored in the outbox, sent in order. */
  say(text) {
    const entry = { client_id: crypto.randomUUID?.() ?? fallbackId(), text };
    this.memory.set({ outbox: [...this.memory.get("outbox"), entry] });
    this.transcript.echo(entry);
    this.changed();
    return this.flush();
  }

  again(clientId) {
    this.transcript.mark(clientId, "sending");
    this.changed();
    return this.flush();
  }

  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    let wait = RETRY_FIRST;
    try {
      for (let entry; (entry = this.memory.get("outbox").find(({ client_id }) => !this.transcript.failed(client_id))); ) {
        try {
          await this.begin();
          await this.requests.post(`${this.path}/messages`, entry);
          this.drop(entry.client_id);
          this.transcript.mark(entry.client_id, "sent");
          wait = RETRY_FIRST;
        } catch (problem) {
          if (problem.status === 401 || problem.status === 404) return this.forget(this.strings.say("chat.expired"));
          if (!problem.retry) {
            this.transcript.mark(entry.client_id, "failed", problem.message);
          } else {
            this.transcript.mark(entry.client_id, "waiting", problem.message);
            this.changed();
            await new Promise((done) => setTimeout(done, (problem.after ?? wait) * 1000));
            wait = Math.min(RETRY_LAST, wait * 2);
          }
        }
        this.changed();
      }
    } finally {
      this.flushing = false;
    }
  }

  drop(clientId) {
    this.memory.set({ outbox: this.memory.get("outbox").filter(({ client_id }) => client_id !== clientId) });
  }

  async handoff() {
    await this.begin();
    await this.requests.post(`${this.path}/handoff`, {});
  }

  /** No to the human that was offered, or no more waiting for one. */
  async decline() {
    await this.requests.send("DELETE", `${this.path}/handoff`);
  }

  /** given, refused or not_asked. */
  async consent() {
    const { consent } = await this.requests.get(`${this.path}/messages`).catch(() => ({ consent: "not_asked" }));
    return consent;
  }

  async agree(training) {
    await this.requests.post(`${this.path}/consent`, { training });
  }

  /** Everything of the conversation, at the service and here. */
  async erase() {
    this.stream?.stop(); // it ends with the conversation, which is no news then
    try {
      await this.requests.send("DELETE", this.path, undefined, { seconds: ERASE_SECONDS });
    } catch (problem) {
      this.follow();
      throw problem;
    }
    this.forget("");
    this.transcript.note(this.strings.say("own.erased"));
    this.changed();
  }

  /** `value`: "up" or "down". */
  async rate(message, value) {
    await this.requests.post(`${this.path}/rating`, { message, value });
    this.memory.set({ ratings: { ...this.memory.get("ratings"), [message]: value } });
    this.changed();
  }

  /** End this conversation and start with an empty page. What the service keeps of it is the company's retention. */
  fresh() {
    this.forget("");
  }

  /** Leave a conversation that is over or that the service no longer knows. Unsent messages are marked, not lost. */
  forget(notice) {
    this.stream?.stop();
    this.stream = null;
    const unsent = notice ? this.memory.get("outbox") : [];
    this.memory.clear();
    this.memory.set({ outbox: unsent });
    this.reset();
    for (const { client_id } of unsent) this.transcript.mark(client_id, "failed", notice);
    if (notice) this.transcript.note(notice);
    this.changed();
  }
}

/** Outside a secure context there is no randomUUID; getRandomValues is everywhere. */
function fallbackId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
