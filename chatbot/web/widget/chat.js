/* The widget: puts the panel into a shadow root of its own and ties it to the conversation. */

import { element } from "../element.js";
import { MESSAGE_CHARS, RETRY_FIRST, RETRY_LAST } from "../limits.js";
import { Problem, Requests } from "../requests.js";
import { Strings } from "../strings.js";
import { Conversation } from "./conversation.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";

const READY_SECONDS = 3; // seconds between two looks whether the service has loaded its model
const CATCH_UP_SECONDS = 2; // seconds in which a resumed transcript arrives and isn't read aloud

export class Chat {
  static async mount({ api, assets, language }) {
    const strings = await Strings.load(assets, language || document.documentElement.lang || "auto");
    const company = await patient(() => new Requests(api, strings).get(`/widget?language=${strings.language}`));
    const host = element("support-chat", { lang: strings.language });
    const root = host.attachShadow({ mode: "open" });
    document.body.append(host);
    await styled(root, new URL("widget/widget.css", assets));
    const chat = root.appendChild(element("div", { class: "chat", lang: strings.language }));
    return new Chat(chat, api, strings, company);
  }

  constructor(root, api, strings, company) {
    this.strings = strings;
    this.memory = new Memory(api);
    this.panel = new Panel(root, strings, company, {
      toggle: () => this.show(!this.memory.get("open")),
      send: (text) => this.conversation.say(text),
      handoff: () => this.attempt(() => this.conversation.handoff()),
      decline: () => this.attempt(() => this.conversation.decline()),
      consent: () => this.conversation.consent(),
      agree: (yes) => this.attempt(() => this.conversation.agree(yes)),
      erase: () => this.attempt(() => this.conversation.erase()),
      begun: () => Boolean(this.memory.get("conversation")),
      rate: (message, value) => this.attempt(() => this.conversation.rate(message, value)),
      again: (clientId) => this.conversation.again(clientId),
      fresh: () => this.conversation.fresh(),
    });
    this.quiet = Boolean(this.memory.get("conversation"));
    this.conversation = new Conversation(api, strings, this.memory, (transcript, status) => this.draw(transcript, status));
    if (this.memory.get("open")) this.panel.show(true, false);
    if (company.ready === false) this.awake(api);
    if (this.quiet) setTimeout(() => (this.quiet = false), CATCH_UP_SECONDS * 1000);
  }

  draw(transcript, status) {
    this.panel.draw(transcript, status, this.memory.get("ratings"), this.quiet);
  }

  /** While model and index are being loaded, say so; questions may be asked already, they wait. */
  async awake(api) {
    const requests = new Requests(api, this.strings);
    this.panel.warming(true);
    for (let ready = false; !ready; ) {
      await new Promise((done) => setTimeout(done, READY_SECONDS * 1000));
      ready = await requests.get("/widget").then((company) => company.ready, () => false);
    }
    this.panel.warming(false);
  }

  /** Whether it went well; a failure is told under the messages. */
  async attempt(act) {
    try {
      await act();
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.panel.complain(problem.message);
      return false;
    }
  }

  show(open, focus = true) {
    this.memory.set({ open });
    this.panel.show(open, focus);
  }

  open() {
    this.show(true);
  }

  ask(text) {
    this.show(true);
    return this.conversation.say(text.slice(0, MESSAGE_CHARS));
  }
}

/** Try until it works: a page opened while the service restarts still gets its chat. A refusal is final. */
async function patient(act) {
  for (let wait = RETRY_FIRST; ; wait = Math.min(RETRY_LAST, wait * 2)) {
    try {
      return await act();
    } catch (problem) {
      if (!problem.retry) throw problem;
      await new Promise((done) => setTimeout(done, (problem.after ?? wait) * 1000));
    }
  }
}

/** Our stylesheet by <link>: the one way that a strict CSP allows and a shadow root takes. Waits, so nothing flashes. */
function styled(root, href) {
  const link = element("link", { rel: "stylesheet", href: href.href });
  const loaded = new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });
  root.append(link);
  return loaded;
}
