/* Files that a person chose or dropped, with their paths in a folder, and in parts that one request may hold. */

const AT_ONCE = 20; // files of one request; the service takes 100 (chatbot.api.documents), and a failure then costs less
const AT_ONCE_BYTES = 40 * 1048576; // of one request's files; the service takes 50 MB (chatbot.limits)

/** Of an input: as `{ file, path }`. */
export function chosen(files) {
  return seen([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

/** Of a drop, those in folders too, however deep. Entries must be asked for before the first await. */
export async function dropped({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? seen((await Promise.all(entries.map(within))).flat()) : chosen(files);
}

async function within(entry) {
  if (entry.isFile) return [{ file: await new Promise((resolve, reject) => { entry.file(resolve, reject); }), path: entry.fullPath.replace(/^\//, "") }];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a reader gives a hundred entries at a time
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map(within))).flat();
}

/** By path, without what is hidden or lies in a hidden folder. */
function seen(found) {
  const order = new Intl.Collator(undefined, { numeric: true });
  return found.filter(({ path }) => !path.split("/").some((part) => part.startsWith("."))).sort((one, other) => order.compare(one.path, other.path));
}

export function parts(found) {
  const made = [];
  let bytes = 0;
  for (const one of found) {
    if (!made.length || made.at(-1).length === AT_ONCE || bytes + one.file.size > AT_ONCE_BYTES) {
      made.push([]);
      bytes = 0;
    }
    made.at(-1).push(one);
    bytes += one.file.size;
  }
  return made;
}
