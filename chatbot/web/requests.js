/* Requests to the API. Every failure becomes a Problem: what happened in the reader's language, and whether to try again. */

import { REQUEST_SECONDS } from "./limits.js";

export class Problem extends Error {
  /** `status` 0: no answer came at all. `after`: seconds the service asks us to wait, or null. */
  constructor(detail, { status = 0, type = "about:blank", retry = false, after = null } = {}) {
    super(detail);
    Object.assign(this, { status, type, retry, after });
  }
}

export class Requests {
  /** `headers()` is asked before each request: the widget's token, or the staff's CSRF token. */
  constructor(base, strings, { headers = () => ({}), credentials = "omit" } = {}) {
    Object.assign(this, { base, strings, headers, credentials });
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, body = {}, options = {}) {
    return this.send("POST", path, body, options);
  }

  /** The JSON of the answer (null when it has none). `body`: an object, or a FormData. */
  async send(method, path, body, { seconds = REQUEST_SECONDS, keepalive = false } = {}) {
    const headers = { Accept: "application/json", "Accept-Language": this.strings.language, ...this.headers() };
    const form = body instanceof FormData;
    if (body !== undefined && !form) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(this.base + path, {
        method,
        headers,
        body: body === undefined || form ? body : JSON.stringify(body),
        credentials: this.credentials,
        cache: "no-store",
        keepalive,
        signal: AbortSignal.timeout(seconds * 1000),
      });
    } catch {
      throw new Problem(this.strings.say("problem.offline"), { retry: true });
    }
    if (!answer.ok) throw await problem(answer, this.strings);
    if (answer.status === 204) return null;
    return answer.json().catch(() => null);
  }
}

/** The Problem an answer tells of. The text is the service's own (problem+json) where it gives one. */
export async function problem(answer, strings) {
  const body = await answer.json().catch(() => ({}));
  const told = strings.language === "en" ? (body.detail_en ?? body.detail) : body.detail;
  const detail = typeof told === "string" ? told : strings.say(answer.status === 429 || answer.status === 503 ? "problem.busy" : "problem.other");
  const after = Number(answer.headers.get("Retry-After"));
  return new Problem(detail, {
    status: answer.status,
    type: body.type,
    retry: body.retry ?? (answer.status >= 500 || answer.status === 429),
    after: Number.isFinite(after) && after > 0 ? after : null,
  });
}
