/* Who of the staff is signed in. A session that ends in the middle of work asks for the password over the page, and the
 * request that met it is sent again: nothing that was written is lost. */

import { element, fill, icon } from "../element.js";
import { Requests } from "../requests.js";

export class Session {
  /** `title`: what one signs in to; `role`: "agent" or "admin" (who may do both). */
  constructor(strings, { title, role }) {
    Object.assign(this, { strings, title, role, who: null });
    this.requests = new Requests("/api/v1", strings, {
      credentials: "same-origin",
      headers: () => (this.who ? { "X-CSRF-Token": this.who.csrf } : {}),
    });
  }

  /** Resolves once somebody with the role is signed in. */
  async start() {
    try {
      this.who = await this.requests.get("/staff/session");
    } catch (problem) {
      if (problem.status !== 401 && problem.status !== 403) return this.ask(problem.message).then(() => this.start());
    }
    while (!this.who || (this.role === "admin" && this.who.role !== "admin")) {
      await this.ask(this.who ? this.strings.say("staff.no_access", { name: this.who.name }) : "");
    }
    return this;
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, body = {}, options = {}) {
    return this.send("POST", path, body, options);
  }

  async send(method, path, body, options) {
    try {
      return await this.requests.send(method, path, body, options);
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      await this.ask(this.strings.say("staff.expired"));
      return this.requests.send(method, path, body, options);
    }
  }

  async end() {
    await this.requests.send("DELETE", "/staff/session").catch((problem) => {
      if (problem.status !== 401) throw problem;
    });
    location.reload();
  }

  /** The sign-in form over the page; one at a time, whoever asks. */
  ask(notice) {
    this.asking ??= this.form(notice).finally(() => (this.asking = null));
    return this.asking;
  }

  form(notice) {
    const { say } = this.strings;
    const trouble = element("p", { class: "trouble", role: "alert" }, notice);
    const user = element("input", { id: "user", name: "username", autocomplete: "username", required: true, autocapitalize: "none", spellcheck: "false" });
    const password = element("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
    const button = element("button", { type: "submit", class: "primary" }, say("staff.sign_in"));
    const form = element("form", { class: "sign-in" },
      element("p", { class: "over" }, say("staff.for_staff")), element("h1", { id: "sign-in-title" }, this.title), trouble,
      element("label", { for: "user" }, say("staff.user")), user,
      element("label", { for: "password" }, say("staff.password")), password, button);
    const dialog = element("dialog", { class: "sign-in-dialog", "aria-labelledby": "sign-in-title" }, form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((done) => {
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        button.disabled = true;
        try {
          this.who = await this.requests.post("/staff/session", { user: user.value.trim(), password: password.value });
          dialog.close();
          dialog.remove();
          done();
        } catch (problem) {
          fill(trouble, problem.message);
          password.select();
        } finally {
          button.disabled = false;
        }
      });
    });
  }
}

/** The bar on top of the staff's pages: `name` of the page, links, who is signed in. `live`: an element that shows the
 * connection, or null. */
export function bar(session, name, live = null) {
  const { say } = session.strings;
  const links = [["/console", "staff.console"], ...(session.who.role === "admin" ? [["/admin", "staff.admin"]] : [])];
  return element("header", { class: "bar" },
    element("p", { class: "bar-name" }, element("img", { src: "/static/staff/icon.svg", alt: "", width: "26", height: "26" }), name),
    element("nav", { "aria-label": say("staff.pages") }, links.length > 1 && links.map(([href, key]) =>
      element("a", { href, "aria-current": location.pathname.startsWith(href) ? "page" : null }, say(key)))),
    live,
    element("p", { class: "bar-who" }, session.who.name || session.who.user),
    element("button", { type: "button", class: "quiet", onclick: () => session.end() }, icon("out"), say("staff.sign_out")));
}
