/* What a reload must not lose, in sessionStorage: this tab only, gone with it. Where storage is blocked, in memory. */

const EMPTY = { conversation: null, token: null, open: false, outbox: [], ratings: {} };

export class Memory {
  constructor(api) {
    this.key = `support-chat:${api}`;
    this.held = { ...EMPTY };
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "{}");
      this.held = { ...EMPTY, ...kept };
    } catch {
      // Blocked or damaged: start anew; the conversation then lives as long as the page.
    }
  }

  get(name) {
    return this.held[name];
  }

  set(changes) {
    Object.assign(this.held, changes);
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.held));
    } catch {
      // As above: in memory it is.
    }
  }

  /** Forget the conversation, keep whether the panel is open. */
  clear() {
    this.set({ ...EMPTY, open: this.held.open, outbox: [], ratings: {} });
  }
}
