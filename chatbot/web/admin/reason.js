/* Why something is not as it should be, in the reader's language; the service tells both. */

export function because({ reason, reason_pl: polish }, strings) {
  return (strings.language === "pl" ? (polish ?? reason) : reason) ?? "";
}
