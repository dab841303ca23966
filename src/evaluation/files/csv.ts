/**
 * The fields of one CSV line (RFC 4180; fields do not span lines).
 *
 * @returns undefined when a quote is not closed or stands inside a bare field
 */
export function splitCsvLine(line: string): string[] | undefined {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = line[at] === '"' ? quotedField(line, at) : bareField(line, at);
    if (!field) return undefined;
    fields.push(field.value);
    if (field.end >= line.length) return fields;
    at = field.end + 1;
  }
}

/** A field as it must be written so that {@link splitCsvLine} reads it back. */
export function quoteCsv(value: string): string {
  return /[",\s]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function bareField(line: string, start: number): { value: string; end: number } | undefined {
  const comma = line.indexOf(",", start);
  const end = comma === -1 ? line.length : comma;
  const value = line.slice(start, end).trim();
  return value.includes('"') ? undefined : { value, end };
}

function quotedField(line: string, start: number): { value: string; end: number } | undefined {
  const match = /"((?:[^"]|"")*)"[ \t]*(?=,|$)/y;
  match.lastIndex = start;
  const found = match.exec(line);
  return found ? { value: found[1]!.replaceAll('""', '"'), end: match.lastIndex } : undefined;
}
