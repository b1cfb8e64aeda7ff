import { Option, type Command } from 'commander';
import { DEFAULTS } from '../pipeline/config.ts';
import { LIMIT_OPTIONS } from './limit-options.ts';

/** A global option: `--<key>`, `HITPARADE_<KEY>` and `<key>:` in the config file mean the same. */
export interface GlobalOption {
  readonly key: string;
  /** What follows the flag; absent for a switch. */
  readonly placeholder?: string;
  readonly description: string;
  /** As the help and the commented config show it. */
  readonly defaultText?: string;
  /** An example for the commented config, where the default says too little. */
  readonly example?: string;
  /** Variables of the AWS SDK that mean the same; ours win over them. */
  readonly awsVariables?: readonly string[];
  /** Left out of the help. */
  readonly hidden?: boolean;
}

export const GLOBAL_OPTIONS = [
  {
    key: 'lake',
    placeholder: '<dir>',
    description: 'where all files live: a directory or a file: URL; in a config file relative to that file',
    example: '.',
  },
  {
    key: 'dynamodb-endpoint',
    placeholder: '<url>',
    description: 'DynamoDB to publish to and read from; without it the tables are embedded in the lake',
    defaultText: 'embedded, under <lake>/.hitparade/',
    example: 'http://localhost:8000',
    awsVariables: ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'],
  },
  {
    key: 'region',
    placeholder: '<name>',
    description: 'AWS region of the tables',
    defaultText: 'as the AWS SDK finds it',
    example: 'eu-central-1',
    awsVariables: ['AWS_REGION'],
  },
  {
    key: 'table-prefix',
    placeholder: '<text>',
    description: 'put before every table name, to keep several lakes in one account apart',
    defaultText: 'none',
    example: 'staging-',
  },
  {
    key: 'engine',
    placeholder: '<name>',
    description: 'what executes the SQL',
    defaultText: DEFAULTS.engine,
    example: DEFAULTS.engine,
  },
  {
    key: 'memory-limit',
    placeholder: '<size>',
    description: 'most memory that the engine uses before it spills to disk, as 512MB or 1GB',
    defaultText: DEFAULTS.memoryLimit,
    example: DEFAULTS.memoryLimit,
  },
  {
    key: 'threads',
    placeholder: '<number>',
    description: 'threads of the engine',
    defaultText: 'cores, at least 3',
    example: '4',
  },
  {
    key: 'on-same-name',
    placeholder: '<rule>',
    description:
      'what a second delivery under a known name, with other bytes, means: append, replace or reject',
    defaultText: DEFAULTS.onSameName,
    example: DEFAULTS.onSameName,
  },
  { key: 'json', description: 'print one JSON document on stdout and nothing else', defaultText: 'false' },
  {
    key: 'quiet',
    description: 'no progress, notes or advice; only results and errors',
    defaultText: 'false',
  },
  { key: 'verbose', description: 'log every event as a JSON line on stderr', defaultText: 'false' },
  { key: 'no-color', description: 'no colours and plain ASCII charts', defaultText: 'false' },
  ...LIMIT_OPTIONS,
] as const satisfies readonly GlobalOption[];

export type OptionKey = (typeof GLOBAL_OPTIONS)[number]['key'];

export const optionVariable = (key: string): string => `HITPARADE_${key.toUpperCase().replaceAll('-', '_')}`;

const MORE_OPTIONS = 'Limits for files, such as --max-rows, are listed in the config that init writes.';

export function addGlobalOptions(program: Command): void {
  program.option('--config <file>', 'config file (default: hitparade.yaml in the current directory, if any)');
  for (const option of GLOBAL_OPTIONS as readonly GlobalOption[]) {
    const flags = `--${option.key}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
    const shown =
      option.defaultText === undefined || option.defaultText === 'false'
        ? ''
        : ` (default: ${option.defaultText})`;
    program.addOption(new Option(flags, `${option.description}${shown}`).hideHelp(option.hidden === true));
  }
  program.addHelpText('afterAll', MORE_OPTIONS);
}

/** The global flags that stand on the command line, by option key. */
export function givenFlags(command: Command): ReadonlyMap<string, string | boolean> {
  const given = new Map<string, string | boolean>();
  for (const key of ['config', ...GLOBAL_OPTIONS.map((option) => option.key)]) {
    // Commander keeps `--no-color` as `color: false`.
    const negated = key.startsWith('no-');
    const attribute = (negated ? key.slice(3) : key).replace(/-(.)/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
    if (command.getOptionValueSourceWithGlobals(attribute) !== 'cli') continue;
    const value: unknown = command.optsWithGlobals()[attribute];
    given.set(key, negated ? true : typeof value === 'string' ? value : value === true);
  }
  return given;
}
