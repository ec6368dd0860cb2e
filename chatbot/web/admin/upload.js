/* Adding documents: files by drag or choice, or an address, with their validity. */

import { element, fill, icon } from "../element.js";
import { UPLOAD_SECONDS } from "../limits.js";
import { attempt, toast } from "../staff/toast.js";

const AT_ONCE = 20; // files of one request; the service takes 100 (chatbot.api.documents), and a failure then costs less

const AT_ONCE_BYTES = 40 * 1048576; // of one request's files; the service takes 50 MB (chatbot.limits)

/** The files in parts that one request may hold. */
function parts(files) {
  const made = [];
  let bytes = 0;
  for (const file of files) {
    if (!made.length || made.at(-1).length === AT_ONCE || bytes + file.size > AT_ONCE_BYTES) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1).push(file);
    bytes += file.size;
  }
  return made;
}

/** The files that were dropped, those in folders too, however deep. Entries must be asked for before the first await. */
async function dropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? (await Promise.all(entries.map(within))).flat() : [...files];
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => { entry.file(resolve, reject); })];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader gives a hundred entries at a time
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(within))).flat();
}

export class Upload {
  constructor(strings, session, added) {
    Object.assign(this, { strings, session, added, files: [] });
    const { say } = strings;
    const field = (name, label, input) => element("div", { class: "field" }, element("label", { for: name }, say(label)), input);
    this.input = element("input", { type: "file", id: "files", multiple: true, class: "unseen", onchange: () => this.take(this.input.files) });
    this.folder = element("input", { type: "file", id: "folder", webkitdirectory: true, class: "unseen", onchange: () => this.take(this.folder.files) });
    this.chosen = element("ul", { class: "chosen" });
    this.zone = element("label", { class: "drop", for: "files" }, icon("upload"),
      element("span", {}, element("strong", {}, say("admin.choose")), " ", say("admin.or_drop")),
      element("span", { class: "hint" }, say("admin.kinds")));
    for (const name of ["dragenter", "dragover"]) this.zone.addEventListener(name, (event) => this.over(event, true));
    for (const name of ["dragleave", "drop"]) this.zone.addEventListener(name, (event) => this.over(event, false));
    this.zone.addEventListener("drop", async (event) => this.take(await dropped(event.dataTransfer)));
    this.url = element("input", { id: "url", name: "url", type: "url", placeholder: "https://", autocomplete: "off" });
    this.every = element("select", { id: "every", name: "every" }, [24, 168, 0].map((hours) => element("option", { value: String(hours) }, say(`admin.every_${hours}`))));
    this.since = element("input", { id: "valid_from", name: "valid_from", type: "date" });
    this.until = element("input", { id: "valid_until", name: "valid_until", type: "date" });
    this.supersedes = element("select", { id: "supersedes", name: "supersedes" });
    this.button = element("button", { type: "submit", class: "primary", disabled: true }, say("admin.add"));
    this.root = element("form", { class: "card upload", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      element("h2", {}, say("admin.add_heading")),
      element("div", { class: "pick" }, this.input, this.zone),
      element("p", { class: "hint" }, this.folder, element("label", { for: "folder", class: "folder" }, say("admin.choose_folder"))), this.chosen,
      element("div", { class: "fields" },
        field("url", "admin.url", this.url), field("every", "admin.every", this.every), field("valid_from", "admin.valid_from", this.since),
        field("valid_until", "admin.valid_until", this.until), field("supersedes", "admin.supersedes", this.supersedes)),
      element("div", { class: "upload-foot" }, element("p", { class: "hint" }, say("admin.validity_hint")), this.button));
    this.url.addEventListener("input", () => this.ready());
    this.offer([]);
  }

  /** The documents that a new one may replace. */
  offer(documents) {
    const kept = this.supersedes.value;
    fill(this.supersedes, element("option", { value: "" }, this.strings.say("admin.supersedes_none")),
      documents.map(({ document, title }) => element("option", { value: document }, title || document)));
    this.supersedes.value = kept;
  }

  over(event, yes) {
    event.preventDefault();
    this.zone.classList.toggle("over", yes);
  }

  take(files) {
    this.files = [...this.files, ...[...files].filter(({ name }) => !name.startsWith("."))];
    this.input.value = this.folder.value = "";
    this.draw();
  }

  draw() {
    fill(this.chosen, this.files.map((file) => element("li", {}, file.name, element("span", { class: "hint" }, this.size(file.size)),
      element("button", { type: "button", "aria-label": this.strings.say("admin.drop_file", { name: file.name }), onclick: () => {
        this.files = this.files.filter((other) => other !== file);
        this.draw();
      } }, icon("close")))));
    this.ready();
  }

  ready() {
    this.button.disabled = !this.files.length && !this.url.value.trim();
  }

  size(bytes) {
    return bytes < 1048576 ? `${this.strings.number(Math.max(1, bytes / 1024))} KB` : `${this.strings.number(bytes / 1048576, 1)} MB`;
  }

  async send() {
    this.button.disabled = true;
    const about = Object.fromEntries([this.since, this.until, this.supersedes].filter(({ value }) => value).map(({ name, value }) => [name, value]));
    const url = this.url.value.trim();
    const well = await attempt(this.strings, async () => {
      for (const part of parts(this.files)) {
        const form = new FormData();
        for (const file of part) form.append("files", file, file.name);
        for (const [name, value] of Object.entries(about)) form.append(name, value);
        await this.session.post("/admin/documents", form, { seconds: UPLOAD_SECONDS });
        this.files = this.files.filter((file) => !part.includes(file)); // what has arrived isn't sent again
        this.draw();
      }
      if (url) await this.session.post("/admin/documents", { url, every: Number(this.every.value), ...about });
    });
    if (well) {
      toast(this.strings.say("admin.added"), this.strings);
      this.files = [];
      this.root.reset();
      this.draw();
    }
    this.ready();
    await this.added();
  }
}
