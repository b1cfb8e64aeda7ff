import { DEFAULT_LIMITS } from '../../src/stages/limits.ts';
import { Random } from '../../src/samples/random.ts';
import type { PlayFile } from './two-engines.ts';

type Words = readonly [string, ...string[]];

const HEADERS: Words = [
  ...['user_id,track_id,listen_time', 'user_id,track_id,listen_time', 'listen_time,"track_id",extra,user_id'],
  ...['user_id,track_id', '\ufefftrack_id,user_id,listen_time'],
] as const;
const IDS: Words = [
  'u',
  'v',
  'w',
  '007',
  '"q"',
  '"a,b"',
  '"line\nbreak"',
  '" u "',
  '"\r\nu\n"',
  '"\n"',
  '',
  ' ',
  '"x""y"',
  'é',
  '🎵',
  'NULL',
  "';--",
] as const;
const TIMES: Words = [
  ...[
    '2024-06-25 10:00:00',
    '2024-06-25 10:00:00',
    '2024-06-25T10:00:01Z',
    '2024-06-26 00:00:00',
    '2024-06-27 23:59:59',
  ],
  ...[
    '2024-06-25 10:00:00+02:00',
    '"2024-06-25 10:00:00"',
    '2024-06-25 10:00:00.5',
    '2024-06-25',
    '',
    '2024-02-30 00:00:00',
  ],
  ...[
    '1999-12-31 23:59:59',
    '2024-07-03 00:00:00',
    '2024-7-1 00:00:00',
    '25.06.2024',
    '2024-06-25 25:00:00',
    '1e9',
  ],
] as const;
const GOOD_IDS: Words = ['u', 'v', '"a\nb"', '007'];
const GOOD_TIMES: Words = ['2024-06-25 10:00:00', '2024-06-25 10:00:01', '2024-06-26T00:00:00Z'];
const FAULTS: Words = ['a"b', '"a"b', ',', '\0', '\n', '\r', '"\r\n",x', ',,', ' '] as const;
const ENDS: Words = ['\n', '\n', '\n', '\n', '\n', '\r\n', '\r', '\n\n'] as const;

export interface ValidationInput extends PlayFile {
  readonly bytes: Buffer;
  /** Nothing but the text decides: the plain second implementation can be asked, too. */
  readonly plain: boolean;
}

/** The n-th play file of a seed. Tight limits make the engine's blocks so small that threads share a file. */
export function validationInput(seed: number, n: number): ValidationInput {
  const random = new Random('csv-validation-fuzz', seed, n);
  const header = random.pick(HEADERS);
  const columns = header.split(',');
  const tight = random.perMille(300);
  const good = random.perMille(300);
  const usual = random.perMille(500) ? '\n' : undefined;
  let text = `${header}\n`;
  for (let i = random.below(random.perMille(200) ? 300 : 25); i > 0; i--) {
    const fields = columns.map((column) =>
      column.includes('time') ? random.pick(good ? GOOD_TIMES : TIMES) : random.pick(good ? GOOD_IDS : IDS),
    );
    text += fields.join(',');
    if (!good && random.perMille(60)) text += random.pick(FAULTS);
    text += usual ?? random.pick(ENDS);
  }
  const broken = random.perMille(30);
  const bytes = Buffer.from(broken ? `${text}"` : text);
  return {
    bytes,
    plain: !tight,
    modified: new Date('2024-07-01T12:00:00Z'),
    limits: {
      ...DEFAULT_LIMITS,
      ...(tight
        ? {
            maxRecordBytes: 48 + random.below(40),
            maxFieldBytes: 19 + random.below(20),
            maxDatesPerFile: 2 + random.below(3),
          }
        : {}),
    },
  };
}
