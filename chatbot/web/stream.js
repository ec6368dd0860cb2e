/* Server-sent events by `fetch`, because the token goes in a header and never in a URL. Resumes from the last event id,
 * drops what it has seen, waits longer after each failure, and takes a silent connection for a dead one. */

import { RETRY_FIRST, RETRY_LAST, SILENCE_SECONDS } from "./limits.js";
import { problem } from "./requests.js";

/** Splits text that arrives in pieces into events `{ id, type, data }`, `data` parsed from JSON. As WHATWG has it, but an
 * event without an id of its own has none, so that it is never taken for the one before it. */
export class EventReader {
  constructor() {
    this.rest = "";
    this.fields = { data: [], type: "message", id: "" };
  }

  *read(text) {
    this.rest += text;
    for (let end; (end = this.rest.search(/\r\n|\n|\r(?!$)/)) >= 0; ) {
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + (this.rest.startsWith("\r\n", end) ? 2 : 1));
      const event = this.take(line);
      if (event) yield event;
    }
  }

  take(line) {
    if (line === "") {
      const { data, type, id } = this.fields;
      this.fields = { data: [], type: "message", id: "" };
      return data.length ? { id, type, data: JSON.parse(data.join("\n")) } : null;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.fields.data.push(value);
    else if (name === "event") this.fields.type = value;
    else if (name === "id") this.fields.id = value;
    return null;
  }
}

export class EventStream {
  /** `onevent(event)`, `onopen()`, `onretry(failures)`, `ongone(problem)`: the service says it is of no use to go on. */
  constructor(url, strings, { headers = () => ({}), credentials = "omit", onevent, onopen, onretry, ongone }) {
    Object.assign(this, { url, strings, headers, credentials, onevent, onopen, onretry, ongone });
    this.last = "";
    this.seen = new Set();
    this.failures = 0;
    this.stopped = false;
    this.wake = () => this.hurry?.();
  }

  start() {
    for (const name of ["online", "pageshow"]) window.addEventListener(name, this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.run();
    return this;
  }

  stop() {
    this.stopped = true;
    this.connection?.abort();
    this.hurry?.();
    for (const name of ["online", "pageshow"]) window.removeEventListener(name, this.wake);
    document.removeEventListener("visibilitychange", this.wake);
  }

  async run() {
    while (!this.stopped) {
      let wait = null;
      try {
        await this.follow();
      } catch (error) {
        if (this.stopped) return;
        if (error.status && !error.retry && error.status < 500) {
          this.stop();
          this.ongone?.(error);
          return;
        }
        wait = error.after ?? null;
      }
      if (this.stopped) return;
      this.failures += 1;
      this.onretry?.(this.failures);
      await this.pause(wait ?? delay(this.failures));
    }
  }

  /** One connection, until it ends; raises what ended it. */
  async follow() {
    this.connection = new AbortController();
    const watch = new Watch(() => this.connection.abort());
    try {
      const headers = { Accept: "text/event-stream", ...this.headers() };
      if (this.last) headers["Last-Event-ID"] = this.last;
      const answer = await fetch(this.url, { headers, credentials: this.credentials, cache: "no-store", signal: this.connection.signal });
      if (!answer.ok) throw await problem(answer, this.strings);
      this.failures = 0;
      this.onopen?.();
      const reader = new EventReader();
      const source = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece; !(piece = await source.read()).done; ) {
        watch.seen();
        for (const event of reader.read(piece.value)) this.pass(event);
      }
    } finally {
      watch.end();
    }
  }

  pass(event) {
    if (this.stopped) return;
    if (event.id) {
      if (this.seen.has(event.id)) return;
      this.seen.add(event.id);
      this.last = event.id;
    }
    this.onevent(event);
  }

  pause(seconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      this.hurry = () => {
        clearTimeout(timer);
        done();
      };
    }).finally(() => (this.hurry = null));
  }
}

/** Calls `silent` once no byte has come for SILENCE_SECONDS. */
class Watch {
  constructor(silent) {
    this.silent = silent;
    this.seen();
  }

  seen() {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.silent, SILENCE_SECONDS * 1000);
  }

  end() {
    clearTimeout(this.timer);
  }
}

/** Seconds to wait: doubling, with jitter, so that a restarted service isn't met by all pages in one instant. */
function delay(failures) {
  const full = Math.min(RETRY_LAST, RETRY_FIRST * 2 ** (failures - 1));
  return full * (0.5 + Math.random() / 2);
}
