/** As `Map.groupBy`, which Node 20 does not have. */
export function byDate<Row extends { readonly date?: unknown }>(rows: Iterable<Row>): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const date = String(row.date);
    const group = groups.get(date);
    if (group === undefined) groups.set(date, [row]);
    else group.push(row);
  }
  return groups;
}
