/* Adding documents: files by drag or choice, or an address, with what is said of them. */

import { element, fill, icon } from "../element.js";
import { UPLOAD_SECONDS } from "../limits.js";
import { attempt, toast } from "../staff/toast.js";
import { chosen, dropped, parts } from "./files.js";
import { because } from "./reason.js";

const SHOWN = 8; // chosen files in sight; the others are folded
const AUDIENCES = ["customer", "agents"]; // what is offered besides those that documents have

export class Upload {
  constructor(strings, session, added) {
    Object.assign(this, { strings, session, added, files: [] });
    const { say } = strings;
    const field = (label, input, ...more) => element("div", { class: "field" }, element("label", { for: input.id }, say(label)), input, ...more);
    const input = (name, attributes = {}) => element("input", { id: name, name, autocomplete: "off", ...attributes });
    const select = (name) => element("select", { id: name, name });
    this.input = element("input", { type: "file", id: "files", multiple: true, class: "unseen", onchange: () => this.take(chosen(this.input.files)) });
    this.folder = element("input", { type: "file", id: "folder", webkitdirectory: true, class: "unseen", onchange: () => this.take(chosen(this.folder.files)) });
    this.chosen = element("div", { class: "chosen" });
    this.zone = element("label", { class: "drop", for: "files" }, icon("upload"),
      element("span", {}, element("strong", {}, say("admin.choose")), " ", say("admin.or_drop")),
      element("span", { class: "hint" }, say("admin.kinds")));
    for (const name of ["dragenter", "dragover"]) this.zone.addEventListener(name, (event) => this.over(event, true));
    for (const name of ["dragleave", "drop"]) this.zone.addEventListener(name, (event) => this.over(event, false));
    this.zone.addEventListener("drop", async (event) => this.take(await dropped(event.dataTransfer)));
    this.url = input("url", { type: "url", placeholder: "https://" });
    this.every = element("select", { id: "every", name: "every" }, [24, 168, 0].map((hours) => element("option", { value: String(hours) }, say(`admin.every_${hours}`))));
    this.often = field("admin.every", this.every);
    this.audience = select("audience");
    this.title = input("title", { maxlength: "300" });
    this.document = select("document");
    this.supersedes = select("supersedes");
    this.collection = input("collection", { maxlength: "60", list: "collections", placeholder: say("admin.collection_as_before") });
    this.collections = element("datalist", { id: "collections" });
    this.about = [input("valid_from", { type: "date" }), input("valid_until", { type: "date" }), this.audience, this.title, this.document, this.supersedes, this.collection];
    this.button = element("button", { type: "submit", class: "primary", disabled: true }, say("admin.add"));
    this.root = element("form", { class: "card upload", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      element("h2", {}, say("admin.add_heading")),
      element("div", { class: "pick" }, this.input, this.zone),
      element("p", { class: "hint pick-folder" }, this.folder, element("label", { for: "folder", class: "folder" }, say("admin.choose_folder"))), this.chosen,
      element("div", { class: "fields address-row" }, field("admin.url", this.url), this.often),
      element("div", { class: "fields" }, field("admin.for_whom", this.audience), field("admin.valid_from", this.about[0]), field("admin.valid_until", this.about[1])),
      element("details", { class: "more-fields" }, element("summary", {}, say("admin.more_fields")),
        element("div", { class: "fields halves" },
          field("admin.document_title", this.title, element("p", { class: "hint" }, say("admin.title_hint"))),
          field("admin.version_of", this.document, element("p", { class: "hint" }, say("admin.version_of_hint"))),
          field("admin.supersedes", this.supersedes, element("p", { class: "hint" }, say("admin.supersedes_hint"))),
          field("admin.collection", this.collection, this.collections, element("p", { class: "hint" }, say("admin.collection_hint"))))),
      element("div", { class: "upload-foot" }, element("p", { class: "hint" }, say("admin.validity_hint")), this.button));
    this.url.addEventListener("input", () => this.ready());
    this.offer([]);
    this.begin();
  }

  /** An upload anew: of its files none may take another's place, however many requests they come in. */
  begin() {
    this.batch = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.root.reset();
    this.files = [];
    this.draw();
  }

  /** What the documents there are let one choose from. */
  offer(documents) {
    const { strings } = this;
    const named = documents.map(({ document, title }) => element("option", { value: document }, title || document));
    const audiences = [...new Set([...AUDIENCES, ...documents.map(({ audience }) => audience)])];
    this.options(this.audience, "admin.as_before", audiences.map((name) => element("option", { value: name }, strings.name("audiences", name))));
    this.options(this.document, "admin.version_by_name", named);
    this.options(this.supersedes, "admin.supersedes_none", named.map((one) => one.cloneNode(true)));
    fill(this.collections, [...new Set(documents.map(({ collection }) => collection))].map((name) => element("option", { value: name })));
  }

  options(select, none, others) {
    const kept = select.value;
    fill(select, element("option", { value: "" }, this.strings.say(none)), others);
    select.value = kept;
  }

  over(event, yes) {
    event.preventDefault();
    this.zone.classList.toggle("over", yes);
  }

  take(files) {
    this.files = [...this.files, ...files];
    this.input.value = this.folder.value = "";
    this.draw();
  }

  draw() {
    const { say } = this.strings;
    const { files } = this;
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    fill(this.chosen,
      files.length > 1 ? element("p", { class: "chosen-head" }, say("admin.chosen", { n: files.length, size: this.size(bytes) }),
        element("button", { type: "button", class: "quiet", onclick: () => this.begin() }, say("admin.clear"))) : null,
      files.length ? element("ul", {}, files.slice(0, SHOWN).map((one) => this.item(one))) : null,
      files.length > SHOWN ? element("details", {}, element("summary", {}, say("admin.more_files", { n: files.length - SHOWN })),
        element("ul", {}, files.slice(SHOWN).map((one) => this.item(one)))) : null);
    this.ready();
  }

  item(one) {
    return element("li", { class: one.refused ? "refused" : null }, element("span", { class: "address" }, one.path), element("span", { class: "hint" }, this.size(one.file.size)),
      element("button", { type: "button", "aria-label": this.strings.say("admin.drop_file", { name: one.path }), onclick: () => {
        this.files = this.files.filter((other) => other !== one);
        this.draw();
      } }, icon("close")), one.refused ? element("p", { role: "alert" }, one.refused) : null);
  }

  ready() {
    const address = Boolean(this.url.value.trim());
    const alone = this.files.length + address === 1;
    this.often.hidden = !address;
    this.title.disabled = this.files.length + address > 1;
    this.document.disabled = address || !alone;
    this.button.disabled = !this.files.length && !address;
  }

  size(bytes) {
    return bytes < 1048576 ? `${this.strings.number(Math.max(1, bytes / 1024))} KB` : `${this.strings.number(bytes / 1048576, 1)} MB`;
  }

  async send() {
    const about = Object.fromEntries(this.about.filter(({ value, disabled }) => value.trim() && !disabled).map(({ name, value }) => [name, value.trim()]));
    const url = this.url.value.trim();
    this.button.disabled = true;
    const well = await attempt(this.strings, async () => {
      for (const part of parts(this.files)) {
        const form = new FormData();
        for (const { file, path } of part) form.append("files", file, path);
        for (const [name, value] of Object.entries({ ...about, batch: this.batch })) form.append(name, value);
        const { refused } = await this.session.post("/admin/documents", form, { seconds: UPLOAD_SECONDS });
        const why = new Map(refused.map((one) => [one.source, because(one, this.strings)]));
        for (const one of part) one.refused = why.get(one.path);
        this.files = this.files.filter((one) => one.refused || !part.includes(one)); // what has arrived isn't sent again
        this.draw();
      }
      if (url) await this.session.post("/admin/documents", { url, every: Number(this.every.value), ...about });
    });
    const refused = this.files.length;
    if (well && refused) {
      this.url.value = "";
      toast(this.strings.say("admin.refused", { n: refused }), this.strings, { bad: true });
    } else if (well) {
      toast(this.strings.say("admin.added"), this.strings);
      this.begin();
    }
    this.ready();
    await this.added();
  }
}
