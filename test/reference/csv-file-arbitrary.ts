import fc from 'fast-check';

/** What the cells of a column may hold. */
export interface Column {
  readonly name: string;
  readonly good: readonly string[];
  /** Present but wrong. */
  readonly bad: readonly string[];
  /** A file need not have it. */
  readonly optional?: boolean;
}

const often = <T>(usual: T, ...rare: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    ...rare.map((arbitrary) => ({ weight: 1, arbitrary })),
  );

/** Blanks that are trimmed. With a line end among them the cell gets quotes. */
const padding = often('', fc.constantFrom(' ', '\t', '  ', '\n', '\r\n'));
const missing = fc.constantFrom('', ' ', '\t\r\n ');

const cell = ({ good, bad }: Column): fc.Arbitrary<string> =>
  fc
    .tuple(
      padding,
      fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom(...good) },
        { weight: bad.length > 0 ? 3 : 0, arbitrary: fc.constantFrom(...bad, '') },
        { weight: 1, arbitrary: missing },
      ),
      padding,
    )
    .map((parts) => parts.join(''));

const written = (value: string, always: boolean): string =>
  always || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** Ways to spoil a record's text; some leave it well-formed. */
const spoil = often<(record: string) => string>(
  (record) => record,
  fc.constantFrom(
    (record: string) => `${record},`,
    (record: string) => `${record},extra`,
    (record: string) => record.slice(0, Math.max(1, record.lastIndexOf(','))),
    (record: string) => record.replace(',', ',x"y"'),
    (record: string) => record.replace(',', ',"x"y'),
    (record: string) => record.replace(',', ', "x'),
    (record: string) => record.replace(',', '\0,'),
    () => 'x',
    () => ' ',
    () => '""',
    (record: string) => `\n\r\n${record}`,
  ),
);

const headerBlunder = fc.oneof(
  { weight: 40, arbitrary: fc.constant('none' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('lacks-one' as const, 'twice' as const, 'case' as const, 'quote' as const),
  },
);

const fileBlunder = fc.oneof(
  { weight: 40, arbitrary: fc.constant('none' as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('empty' as const, 'open-quote' as const, 'only-blank-lines' as const),
  },
);

/** A file in one of the many ways in which the same table can be written, well or badly. */
export function csvFile(columns: readonly Column[]): fc.Arbitrary<string> {
  const layout = fc
    .record({
      present: fc.tuple(
        ...columns.map(({ optional = false }) => (optional ? fc.boolean() : fc.constant(true))),
      ),
      foreign: fc.subarray(['', 'Comment', 'extra']),
      headerBlunder,
    })
    .chain(({ present, foreign, headerBlunder }) => {
      const named = columns.filter((_, index) => present[index]);
      const kept = headerBlunder === 'lacks-one' ? named.slice(1) : named;
      const others = foreign.map((name): Column => ({ name, good: ['', 'note', 'a, "b"'], bad: [] }));
      const all = [...kept, ...others, ...(headerBlunder === 'twice' ? named.slice(0, 1) : [])];
      return fc
        .shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
        .map((order) => ({ order, headerBlunder }));
    });
  return layout.chain(({ order, headerBlunder }) =>
    fc
      .record({
        bom: often('', fc.constant('\uFEFF')),
        headerPadding: padding,
        header: fc.constant(order.map(({ name }) => (headerBlunder === 'case' ? name.toUpperCase() : name))),
        quoteAll: fc.boolean(),
        rows: fc.array(
          fc.record({ cells: fc.tuple(...order.map(cell)), spoil, repeat: fc.nat({ max: 8 }) }),
          {
            maxLength: 12,
          },
        ),
        lineEnds: fc.constantFrom(['\n'], ['\r\n'], ['\r'], ['\n', '\r\n', '\r', '\n\n']),
        finalLineEnd: fc.boolean(),
        fileBlunder,
      })
      .map((file) => {
        const names = file.header.map((name, index) =>
          written(index === 0 ? file.headerPadding + name : name, false),
        );
        const records = file.rows.flatMap(({ cells, spoil, repeat }) => {
          const record = spoil(cells.map((value) => written(value, file.quoteAll)).join(','));
          // One in nine stands twice: a play that the file itself repeats.
          return repeat === 8 ? [record, record] : [record];
        });
        const header = names.join(',') + (headerBlunder === 'quote' ? 'x"' : '');
        return file.bom + assembled([header, ...records], file.lineEnds, file.finalLineEnd, file.fileBlunder);
      }),
  );
}

function assembled(
  records: readonly string[],
  lineEnds: readonly string[],
  finalLineEnd: boolean,
  blunder: 'none' | 'empty' | 'open-quote' | 'only-blank-lines',
): string {
  if (blunder === 'empty') return '';
  if (blunder === 'only-blank-lines') return '\n\r\n\r';
  const lines = blunder === 'open-quote' ? [...records, '"never closed'] : records;
  return lines
    .map((line, index) => {
      const isLast = index === lines.length - 1;
      return isLast && !finalLineEnd ? line : line + (lineEnds[index % lineEnds.length] ?? '\n');
    })
    .join('');
}
