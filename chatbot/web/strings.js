/* What the pages say, from strings/{pl,en}.json: `say("chat.left", { n: 3 })`. A value with plural forms is an object
 * keyed by Intl's categories (one, few, many, other) and chosen by `n`. */

const LANGUAGES = ["pl", "en"];
const LONE = /(^|[\s\u00a0(„])([aiouwz]) /giu; // a one-letter word; no look-behind, which Safari before 16.4 can't parse
const CHOICE = "language"; // localStorage: what the visitor chose on our own pages

export class Strings {
  constructor(language, table) {
    this.language = language;
    this.table = table;
    this.plural = new Intl.PluralRules(language);
    this.say = this.say.bind(this);
  }

  /** `assets`: URL of the static folder. `wanted`: a language, or "auto": the visitor's choice on our own pages, then the
   * browser's language, then Polish. */
  static async load(assets, wanted = "auto") {
    const language = chosen(wanted);
    const answer = await fetch(new URL(`strings/${language}.json`, assets), { credentials: "omit" });
    if (!answer.ok) throw new Error(`strings/${language}.json: ${answer.status}`);
    return new Strings(language, await answer.json());
  }

  /** Keep a visitor's choice of language. */
  static choose(language) {
    try {
      localStorage.setItem(CHOICE, language);
    } catch {
      // Storage is blocked: the choice holds for this page only.
    }
  }

  has(key) {
    return this.find(key) !== undefined;
  }

  find(key) {
    return key.split(".").reduce((node, part) => (node && Object.hasOwn(node, part) ? node[part] : undefined), this.table);
  }

  say(key, values = {}) {
    let text = this.find(key);
    if (text && typeof text === "object") text = text[this.plural.select(values.n)] ?? text.other;
    if (typeof text !== "string") {
      console.error(`strings: no text for ${key}`);
      return key;
    }
    return this.kept(text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole)));
  }

  /** Polish typography: a one-letter word doesn't end a line. Twice, as one may stand right behind another ("a w"). */
  kept(text) {
    return this.language === "pl" ? text.replace(LONE, "$1$2\u00a0").replace(LONE, "$1$2\u00a0") : text;
  }

  /** A name from the service (a state, a reason): its text, or the name itself when the service knows more than we do. */
  name(group, value) {
    return value ? (this.find(`${group}.${value}`) ?? String(value)) : "";
  }

  /** "2026-01-01" → "1 stycznia 2026 r." */
  day(iso) {
    const [year, month, day] = String(iso).slice(0, 10).split("-").map(Number);
    const text = new Intl.DateTimeFormat(this.language, { dateStyle: "long" }).format(new Date(year, month - 1, day));
    return this.language === "pl" ? `${text} r.` : text;
  }

  time(at) {
    const moment = instant(at);
    return moment ? new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit" }).format(moment) : "";
  }

  moment(at) {
    const moment = instant(at);
    return moment ? new Intl.DateTimeFormat(this.language, { dateStyle: "medium", timeStyle: "short" }).format(moment) : "";
  }

  /** When humans are back: day and hour in the company's time zone, wherever the visitor is. */
  opening(at, zone) {
    const parts = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: zone };
    const moment = instant(at);
    return moment ? new Intl.DateTimeFormat(this.language, parts).format(moment) : "";
  }

  number(value, digits = 0) {
    return new Intl.NumberFormat(this.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  /** A share from 0 to 1 as percents, with one digit where it has one. */
  share(value) {
    return `${new Intl.NumberFormat(this.language, { maximumFractionDigits: 1 }).format(value * 100)}%`;
  }

  /** Seconds as "12 s", "4 min" or "1 h 05 min". */
  span(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min`;
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  }

  /** From when, until when a version is in force. "" when neither is known. */
  validity(since, until) {
    const over = until && new Date(`${String(until).slice(0, 10)}T23:59:59`) < new Date();
    if (since && until) return this.say(over ? "source.was_from_until" : "source.from_until", { since: this.day(since), until: this.day(until) });
    if (since) return this.say("source.from", { since: this.day(since) });
    return until ? this.say(over ? "source.was_until" : "source.until", { until: this.day(until) }) : "";
  }

  /** Fill a page's `data-text="key"` elements and `data-label="key"` (aria-label) ones. */
  translate(root, values = {}) {
    document.documentElement.lang = this.language;
    for (const node of root.querySelectorAll("[data-text]")) node.textContent = this.say(node.dataset.text, values);
    for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", this.say(node.dataset.label, values));
  }
}

/** ISO text or milliseconds since 1970, as a Date; null when it is neither. */
function instant(at) {
  if (at === undefined || at === null || at === "") return null;
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function chosen(wanted) {
  let kept = null;
  try {
    kept = localStorage.getItem(CHOICE);
  } catch {
    // Storage is blocked: the browser's language it is.
  }
  const own = wanted === "auto" ? [kept, ...navigator.languages] : [wanted, ...navigator.languages];
  const candidates = own.filter(Boolean);
  const known = candidates.map((name) => name.slice(0, 2).toLowerCase()).find((name) => LANGUAGES.includes(name));
  return known ?? "pl";
}
