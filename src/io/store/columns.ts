/** PostgreSQL refuses NUL in text and garbles half a surrogate pair; alerts and servers may send either. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

/** A row with each of its strings clean. */
export function clean<Row extends object>(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, typeof value === 'string' ? cleanText(value) : value]),
  ) as Row;
}
