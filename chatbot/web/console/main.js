/* The agent's console: the live queue on the left, the open ticket beside it. */

import { element, fill } from "../element.js";
import { REFRESH_SECONDS } from "../limits.js";
import { bar, Session } from "../staff/session.js";
import { attempt } from "../staff/toast.js";
import { EventStream } from "../stream.js";
import { Strings } from "../strings.js";
import { Queue } from "./queue.js";
import { Ticket } from "./ticket.js";

const NARROW = "(max-width: 760px)"; // the list stands above the ticket then (console.css)

const strings = await Strings.load(new URL("..", import.meta.url));
const { say } = strings;
strings.translate(document.body);
document.title = say("console.title");
const session = await new Session(strings, { title: say("console.title"), role: "agent" }).start();

const live = element("p", { class: "live", role: "status" });
const news = element("p", { class: "unseen", role: "status" });
const desk = element("main", { class: "desk" });
const queue = new Queue(strings, session, (id) => open(id));
let ticket = null;
let before = 0; // tickets that waited at the last look
let timer = 0; // of the next look
const touched = new Set(); // tickets that changed since

fill(document.body, bar(session, say("console.title"), live), news, element("div", { class: "columns" }, queue.root, desk));
empty();

const [, asked] = /^#(.+)$/.exec(location.hash) ?? [];
await refresh();
if (asked) await open(decodeURIComponent(asked));
setInterval(() => queue.tick(), 1000);

listen();

/** The queue's events, for as long as the session lasts; after a new sign-in again. The page stays, with what is being
 * written in it. */
function listen() {
  new EventStream("/api/v1/agent/tickets/events", strings, {
    credentials: "same-origin",
    onevent: ({ data }) => soon(data.ticket),
    onopen: () => {
      connected(true);
      soon(ticket?.id);
    },
    onretry: () => connected(false),
    ongone: (problem) => {
      connected(false);
      if (problem.status === 401) session.ask(say("staff.expired")).then(listen);
    },
  }).start();
}

function connected(yes) {
  live.className = `live ${yes ? "on" : "off"}`;
  live.textContent = say(yes ? "console.live" : "console.reconnecting");
}

/** Read the list again in a moment, and the open ticket if it is among those that changed: each reading is audited. */
function soon(id) {
  touched.add(id);
  timer ||= setTimeout(async () => {
    timer = 0;
    const open = ticket && touched.has(ticket.id);
    touched.clear();
    await refresh();
    if (open) await ticket?.reload(); // it may have been erased meanwhile
  }, REFRESH_SECONDS * 1000);
}

async function refresh() {
  await attempt(strings, async () => {
    const { tickets, counts } = await session.get("/agent/tickets");
    queue.show(tickets, counts);
    const { waiting } = counts;
    document.title = waiting ? `(${waiting}) ${say("console.title")}` : say("console.title");
    if (waiting > before) fill(news, say("console.news", { n: waiting }));
    before = waiting;
  });
}

async function open(id) {
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  queue.choose(id);
  ticket = new Ticket(id, strings, session, { changed: () => soon(id), gone: () => id === ticket?.id && close() });
  fill(desk, ticket.root);
  await ticket.reload();
  if (matchMedia(NARROW).matches) desk.scrollIntoView({ block: "start" });
}

function close() {
  history.replaceState(null, "", location.pathname);
  queue.choose(null);
  ticket = null;
  empty();
}

function empty() {
  fill(desk, element("div", { class: "blank" }, element("h2", {}, say("console.blank")), element("p", {}, say("console.blank_text"))));
}
